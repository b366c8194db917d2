-- getfenv and setfenv of any value.
local function f() return x end
print(debug.getfenv(f) == _G, debug.setfenv(f, {x = 1}) == f, f(), debug.getfenv(f).x)
local co = coroutine.create(function() return getfenv(0).marker end)
print(debug.getfenv(co) == _G, debug.setfenv(co, {marker = "m"}) == co, debug.getfenv(co).marker, coroutine.resume(co))
local u = newproxy() print(type(debug.getfenv(u)), debug.setfenv(u, {y = 1}) == u, debug.getfenv(u).y)
print(debug.getfenv(1), debug.getfenv("x"), debug.getfenv({}), debug.getfenv(nil))
print(debug.getfenv(print) == _G)
print(pcall(debug.setfenv, 1, {})) print(pcall(debug.setfenv, {}, {})) print(pcall(debug.setfenv, f)) print(pcall(debug.setfenv, f, 1)) print(pcall(debug.getfenv)) print(pcall(debug.setfenv))
