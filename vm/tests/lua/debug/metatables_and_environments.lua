-- debug.getmetatable, setmetatable, getfenv, setfenv ignore protection.
local t = setmetatable({}, {__metatable = "hidden"})
print(getmetatable(t), type(debug.getmetatable(t)), debug.getmetatable(t).__metatable)
print(debug.setmetatable(t, nil) == t, getmetatable(t))
print(debug.getmetatable(5), debug.getmetatable("").__index == string)
local function f() return v end
print(debug.getfenv(f) == _G, debug.setfenv(f, {v = "env"}) == f, f())
print(type(debug.getregistry()))
print(pcall(debug.setmetatable, {}, 5))
print(pcall(debug.getmetatable))
