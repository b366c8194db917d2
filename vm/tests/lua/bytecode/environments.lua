-- Loaded bytecode takes the environment it is given.
g = "global"
local function f() return g end
local dump = string.dump(f)
print(load(dump)())
print(load(dump, nil, nil, {g = "given"})())
print(load(dump, nil, "b", {})())
print(setfenv(loadstring(dump), {g = "set"})())
setfenv(f, {g = "of f"})
print(f(), loadstring(string.dump(f))())
local inner = load(string.dump(function() return function() return g end end), nil, nil, {g = "inherited"})()
print(inner())
local env = {}
load(string.dump(function() x = 1 y = {x} end), nil, nil, env)()
print(env.x, env.y[1], x, y)
coroutine.wrap(function()
  setfenv(0, setmetatable({g = "thread"}, {__index = _G}))
  print(load(dump)())
end)()
