-- A yield in a hook is refused.
local armed = true
local co = coroutine.create(function()
  debug.sethook(function() if armed then armed = false coroutine.yield() end end, "l")
  local x = 1
  return x
end)
local ok, message = coroutine.resume(co)
debug.sethook()
print(ok, message)
