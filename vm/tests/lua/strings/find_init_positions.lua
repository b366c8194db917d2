-- string.find from every start, with and without patterns, plain and special.
local s = "abcabc"
for init = -8, 8 do
  print(init, s:find("b", init), s:find("b", init, true), s:find("", init), s:find("^b", init))
end
print(s:find("c", 4), s:find("c", -1), s:find("abc", 2), s:find("abcabcd"), s:find("", 7), s:find("", 8), s:find("", 100))
print((""):find(""), (""):find("", 1), (""):find("", 2), (""):find("x"), (""):find("^$"), (""):find("$"))
print(s:find("b", nil), s:find("b", 3.7), s:find("b", "3"), s:find("b", nil, true), s:find("b", 1, false), s:find("b", 1, nil))
print(("a.b"):find("."), ("a.b"):find(".", 1, true), ("a.b"):find(".", 2, true), ("a.b"):find("%."), ("a%b"):find("%", 1, true))
print(("a+b"):find("+", 1, true), ("a+b"):find("a+b"), ("a+b"):find("a+b", 1, 1), ("a+b"):find("a%+b"))
print(("x\0y"):find("\0"), ("x\0y"):find("\0y", 1, true), ("x\0y"):find("y"), ("x\0y"):find("%z"))
print(("key=val"):find("(%w+)=(%w+)"), ("key=val"):find("()="), ("key=val"):find("(=)()"))
print(pcall(string.find, "a")) print(pcall(string.find)) print(pcall(string.find, {}, "a")) print(pcall(string.find, "a", {}))
print(pcall(string.find, "a", "a", {})) print(pcall(string.find, "a", "a", "x")) print(pcall(string.find, "a", nil))
print(string.find(123123, 23), string.find("1.5", 1.5), string.find(10, "0"))
print(("a"):rep(100):find("b"), (("a"):rep(1000) .. "b"):find("b", 1, true), (("ab"):rep(500) .. "abc"):find("abc", 1, true))
