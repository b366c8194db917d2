-- Positions are 1-based, negative from the end, clipped to the string.
local s = "hello"
print(s:sub(1, 3), s:sub(2), s:sub(-3), s:sub(-3, -2), s:sub(2, -2))
print(("[%s]"):format(s:sub(0)), ("[%s]"):format(s:sub(10)), ("[%s]"):format(s:sub(3, 2)), ("[%s]"):format(s:sub(-100, 2)))
print(s:sub(-100, 100), s:sub(1, 0) == "", s:sub(5, 5), s:sub(6) == "")
print(s:sub(2.9), s:sub("2", "3"), s:sub(1, -1), s:sub(1, -6) == "")
print((""):sub(1, 1) == "", ("a\0b"):sub(2, 3) == "\0b")
print(s:sub(-2^31), s:sub(1, 2^31 - 1), s:sub(2^40) == "")
print(pcall(string.sub))
print(pcall(string.sub, "x"))
print(pcall(string.sub, "x", {}))
print(pcall(string.sub, "x", 1, true))
print(pcall(string.sub, nil, 1))
