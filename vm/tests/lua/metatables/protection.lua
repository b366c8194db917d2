-- __metatable hides and protects.
local t = setmetatable({}, {__metatable = "locked"})
print(getmetatable(t), pcall(setmetatable, t, {}))
print(getmetatable(setmetatable({}, {__metatable = false})))
local mt = {}
local u = setmetatable({}, mt)
print(getmetatable(u) == mt, setmetatable(u, nil) == u, getmetatable(u))
print(getmetatable("abc").__index == string, getmetatable(5), getmetatable(nil), getmetatable(print))
print(pcall(setmetatable, 5, {}))
print(pcall(setmetatable, {}))
print(pcall(setmetatable, {}, 5))
print(pcall(setmetatable))
print(pcall(getmetatable))
getmetatable("").__metatable = "strings are protected"
print(getmetatable("x"))
debug.getmetatable("").__metatable = nil
