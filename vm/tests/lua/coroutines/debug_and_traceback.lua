-- traceback of a suspended and of a dead coroutine.
local function inner() coroutine.yield() end
local function outer() inner() end
local co = coroutine.create(function() outer() error("late") end)
coroutine.resume(co)
print((debug.traceback(co)))
print((debug.traceback(co, "message")))
print((debug.traceback(co, nil, 1)))
print(debug.getinfo(co, 1, "l").currentline, debug.getinfo(co, 0, "S").what)
print(coroutine.resume(co))
print((debug.traceback(co)))
print(debug.traceback(coroutine.create(print)))
