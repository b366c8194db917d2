-- Empty matches advance by one byte; anchors stop after the first try.
for _, p in ipairs{"", "x*", "a*", "^", "$", "^a*", "a*$", "()", "%s*", "%f[%w]", "b?", ".-", "(a*)"} do for _, s in ipairs{"", "a", "aab", "b a"} do print(p, s, s:gsub(p, "<%0>")) end end
