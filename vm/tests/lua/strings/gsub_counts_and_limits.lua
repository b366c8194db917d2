-- gsub's limit argument and its second result.
local s = "a b c d"
for _, n in ipairs{-1, 0, 1, 2, 3, 4, 5, 100, 1.9, "2"} do print(n, s:gsub("%a", "<%0>", n)) end
print(s:gsub("%a", "<%0>", nil)) print(s:gsub("", "-")) print(s:gsub("", "-", 3)) print((""):gsub("", "x")) print((""):gsub(".", "x")) print(("abc"):gsub("b*", "-"))
print(("hello"):gsub("l", "L", 1)) print(("hello"):gsub("^h", "J")) print(("hhh"):gsub("^h", "J")) print(("hello"):gsub("o$", "0")) print(("abc"):gsub("$", "!")) print(("abc"):gsub("^", "!"))
print(("abc"):gsub(".", "%%")) print(("abc"):gsub(".", "%0%0")) print(("abc"):gsub("(a)(b)(c)", "%3%2%1")) print(("abc"):gsub("b", "%1")) print(("abc"):gsub("()", "%1"))
print(pcall(string.gsub, "abc", "b", "%2")) print(pcall(string.gsub, "abc", "b", "%")) print(pcall(string.gsub, "abc", "(b)", "%2")) print(pcall(string.gsub, "abc", "b", "%x"))
print(pcall(string.gsub, "abc", "b")) print(pcall(string.gsub, "abc")) print(pcall(string.gsub)) print(pcall(string.gsub, "abc", "b", nil)) print(pcall(string.gsub, "abc", "b", true))
print(pcall(string.gsub, {}, "b", "x")) print(pcall(string.gsub, "abc", {}, "x")) print(pcall(string.gsub, "a", "a", "b", {})) print(pcall(string.gsub, "a", "a", "b", "x"))
print(string.gsub(1221, 2, 3)) print(("x"):gsub("x", 1.5)) print(("abc"):gsub("", "")) print(("a.b.c"):gsub("%.", "/")) print(("path/to"):gsub("/", "%%"))
print(("aaa"):gsub("a", "b", 2^31)) print(("aaa"):gsub("a", "b", -2^31)) print((("x"):rep(300):gsub("x", "yy")):len())
