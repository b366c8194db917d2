-- One hook for all coroutines; no yields from inside.
local lines = 0
local co = coroutine.create(function()
  local a = 1
  coroutine.yield(a)
  a = a + 1
  return a
end)
debug.sethook(function() lines = lines + 1 end, "l")
local ok1, v1 = coroutine.resume(co)
local ok2, v2 = coroutine.resume(co)
debug.sethook()
print(ok1, v1, ok2, v2, lines >= 6)
local wrapped = coroutine.wrap(function()
  local x = 1
  return x
end)
debug.sethook(function() if coroutine.running() then coroutine.yield() end end, "l")
local ok, message = pcall(wrapped)
debug.sethook()
print(ok, (tostring(message):gsub("^.-:%d+: ", "")))
