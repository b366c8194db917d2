-- Tracebacks of suspended and dead coroutines.
local function inner() coroutine.yield() error("oops") end
local function outer() inner() return 1 end
local co = coroutine.create(function(a) outer() return a end)
print(debug.traceback(co))
coroutine.resume(co)
print(debug.traceback(co)) print(debug.traceback(co, "message")) print(debug.traceback(co, "message", 1)) print(debug.traceback(co, "message", 2)) print(debug.traceback(co, nil, 9))
print(coroutine.resume(co)) print(debug.traceback(co))
local w = coroutine.create(function() return debug.traceback("inside") end)
print(coroutine.resume(w)) print(debug.traceback(w))
