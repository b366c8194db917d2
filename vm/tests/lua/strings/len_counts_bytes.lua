-- # and string.len count bytes, zeros included, and numbers are measured by their text.
for _, s in ipairs{"", "a", "a\0b", "\0", "é", "日本", ("x"):rep(1000), "\r\n", [[
line]], "\z
   skipped"} do print(#s, s:len(), string.len(s), #s == s:len()) end
print(string.len(0), string.len(-1), string.len(1.5), string.len(1e100), string.len(0.1), string.len(2^53))
print(pcall(string.len)) print(pcall(string.len, nil)) print(pcall(string.len, {})) print(pcall(string.len, true))
print(pcall(function() local n = 5 return #n end))
print(pcall(function() return #nil end))
print(pcall(function() local t = {x = true} return #t.x end))
print(pcall(function() return #print end))
print(pcall(function() return #undefined_global end))
print(pcall(function() local s = "abc" return #s.field end))
print(#"literal", -#"ab", #"a" .. "b", #"a" + 1, not #"")
local t = {#"abc", #"" } print(t[1], t[2])
