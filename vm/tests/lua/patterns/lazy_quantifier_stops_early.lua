-- The - quantifier takes as little as the rest of the pattern allows.
for _, p in ipairs{"<(.-)>", "<(.-)>$", "^<(.-)>", "(.-),", "(.-)$", ".-", "(.-)(%d+)", "a-b", "(a-)a", "^(.-)%s*$", "%[(.-)%]", "(.-)\n", "=(.-);(.-)$"} do for _, s in ipairs{"<a><b>", "x,y,z", "abc123", "aaab", "[x] [y]", "k=v;w", "  pad  ", ""} do print(p, s, s:match(p)) end end
