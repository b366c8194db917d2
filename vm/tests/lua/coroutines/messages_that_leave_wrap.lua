-- A message ends at its first zero byte when it leaves a wrapped coroutine, and nowhere else.
local function fail() error("before\0after") end
print(pcall(coroutine.wrap(fail)))
print(coroutine.resume(coroutine.create(fail)))
print(pcall(fail))
print(pcall(coroutine.wrap(function() error("\0") end)))
print(pcall(coroutine.wrap(function() error("level 0\0", 0) end)))
print(pcall(function() local step = coroutine.wrap(fail) step() end))
