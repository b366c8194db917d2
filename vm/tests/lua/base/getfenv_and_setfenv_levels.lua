-- Environments by level and function.
print(getfenv() == _G, getfenv(0) == _G, getfenv(1) == _G, getfenv(print) == _G, getfenv(function() end) == _G)
local env = {print = print, getfenv = getfenv, setfenv = setfenv, pcall = pcall}
local f = setfenv(function() x = 1 return getfenv(1), x end, env)
print(f() == env, env.x, x, select("#", setfenv(f, env)), setfenv(f, env) == f)
local function level(n) return getfenv(n) end
print(select(2, pcall(level, 1)) == _G)
print(pcall(getfenv, -1)) print(pcall(getfenv, 100)) print(pcall(getfenv, "x")) print(pcall(getfenv, {})) print(getfenv(nil) == _G, getfenv("0") == _G)
print(pcall(setfenv)) print(pcall(setfenv, 1)) print(pcall(setfenv, next, {})) print(pcall(setfenv, 100, {})) print(pcall(setfenv, -1, {})) print(pcall(setfenv, {}, {})) print(pcall(setfenv, function() end, nil)) print(pcall(setfenv, "x", {}))
setfenv(1, setmetatable({}, {__index = _G}))
print(getfenv(1) ~= _G, y)
y = 5
print(y, _G.y, getfenv(0) == _G)
local co = coroutine.create(function() setfenv(0, {tag = "thread"}) return getfenv(0).tag, getfenv(1) == getfenv(level) end)
print(coroutine.resume(co)) print(getfenv(0) == _G)
