-- The thread argument of sethook is ignored.
local n = 0
local co = coroutine.create(function() local x = 1 coroutine.yield() x = 2 end)
debug.sethook(co, function() n = n + 1 end, "l")
print(debug.gethook(co) == debug.gethook(), select(2, debug.gethook(co)))
coroutine.resume(co)
local f = debug.gethook() debug.sethook()
print(n > 2, type(f))
local hooked = 0
co = coroutine.create(function()
  debug.sethook(function() hooked = hooked + 1 end, "c")
  coroutine.yield()
end)
coroutine.resume(co)
math.abs(1)
debug.sethook()
print(hooked)
