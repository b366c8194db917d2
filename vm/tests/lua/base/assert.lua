-- What assert returns and throws.
print(pcall(assert)) print(pcall(assert, nil)) print(pcall(assert, false)) print(pcall(assert, nil, "message")) print(pcall(assert, false, 12))
print(pcall(assert, nil, nil)) print(pcall(assert, nil, true)) print(pcall(assert, nil, false, "third")) print(pcall(assert, nil, nil, 1, 2, 3))
print(pcall(assert, nil, "a\0b")) print(pcall(assert, nil, "")) print(select("#", assert(1, nil, nil)), assert(1, 2, 3))
local t = {}
print(select(2, pcall(assert, nil, t)) == t, select(2, pcall(assert, false, t, 5)))
print(assert("x", "unused"), assert(0), assert(t) == t)
print(pcall(function() assert(false, "with position?") end))
print(pcall(function() assert(nil) end))
print(pcall(function() local function inner() assert(1 == 2, "inner") end inner() end))
local meta = setmetatable({}, {__tostring = function() return "meta" end})
print(tostring(select(2, pcall(assert, nil, meta))))
