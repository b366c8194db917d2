-- assert passes its arguments or raises its message.
print(assert(1, "unused"), assert("a", "b", "c"))
print(select("#", assert(1, nil, 3)))
print(pcall(assert, false))
print(pcall(assert, nil, "message"))
print(pcall(assert, false, 42))
print(pcall(assert))
local t = {}
print(select(2, pcall(assert, nil, t)) == t)
print(pcall(assert, false, nil))
print(pcall(function() assert(false, "no position added") end))
print(pcall(function() assert(nil) end))
print(pcall(function() assert(1 == 2, "math" .. "works") end))
