-- A zero byte inside a set or a balanced pair, and in subjects.
local function f(s, p) print(pcall(string.find, s, p)) end
f("a\0b", "\0") f("a\0b", "[\0]") f("a\0b", "[^\0]") f("a\0b", "[\0-\1]") f("a\0b", "[a\0]") f("a\0b", "%\0") f("a\0b\0", "%b\0\0") f("a\0b", "%ba\0") f("a\0b", "%f[\0]") f("a\0b", "%z") f("a\0b", "[%z]") f("a\0b", "[^%z]+") f("a\0b", "a%zb") f("a\0\0b", "%z+") f("a\0b", ".-$") f("a\0b", "a.b") f("a\0b", "\0b$") f("a\0b", "(\0)") f("a\0b", "\0*") f("a\0b", "\0?b") f("a\0b", "b\0") f("\0", "^\0$") f("a\0b", "%Z+") f("a\0b", "[%Z]+")
print(("a\0b\0c"):gsub("%z", "."), ("a\0b"):gsub("\0", "%%"), (("abc"):gsub("b", "\0")):byte(1, -1))
