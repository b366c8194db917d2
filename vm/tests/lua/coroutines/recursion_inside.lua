-- A coroutine yields from deep inside nested calls.
local function deep(n) if n == 0 then coroutine.yield("bottom") return 0 end return 1 + deep(n - 1) end
local co = coroutine.create(function() return deep(150) end)
print(coroutine.resume(co))
print(coroutine.resume(co))
local c2 = coroutine.create(function() return deep(1e7) end)
local ok, e = coroutine.resume(c2)
print(ok, e:match("stack overflow"), coroutine.status(c2))
print(coroutine.resume(c2))
