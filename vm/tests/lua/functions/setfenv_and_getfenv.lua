-- Environments of functions and of the running thread.
local function f() return x end
x = "global"
print(f(), getfenv(f) == _G, getfenv(1) == _G, getfenv(0) == _G, getfenv() == _G)
setfenv(f, {x = "own"})
print(f(), getfenv(f).x)
local function g() setfenv(1, {y = 2}) return y end
print(g())
local env = setmetatable({}, {__index = _G})
local h = setfenv(loadstring("z = 5 return z, type(print)"), env)
print(h())
print(z, env.z)
local function outer() local function inner() return v end setfenv(inner, {v = "v"}) return inner() end
print(outer())
print(pcall(setfenv, next, {}))
print(pcall(setfenv, 1))
print(pcall(setfenv, 100, {}))
print(pcall(getfenv, 100))
print(pcall(getfenv, "x"))
print(pcall(setfenv, f, 5))
print(getfenv(next) == _G)
x = nil
