-- Variables shared between coroutines and what made them.
local n = 0
local function counter() return coroutine.wrap(function() while true do n = n + 1 coroutine.yield(n) end end) end
local a, b = counter(), counter() print(a(), b(), a(), n)
local fs = {} local co = coroutine.wrap(function() for i = 1, 3 do local j = i * 10 fs[i] = function(d) j = j + (d or 0) return j end coroutine.yield(j) j = j + 1 end end)
co() print(fs[1](), fs[1](5)) co() print(fs[1](), fs[2]()) co() co() print(fs[1](), fs[2](), fs[3](1))
local get, set co = coroutine.create(function() local v = "kept" get, set = function() return v end, function(x) v = x end coroutine.yield() return v end)
coroutine.resume(co) set("changed") print(get(), select(2, coroutine.resume(co)), get()) co = nil collectgarbage() set("after") print(get())
co = coroutine.create(function() local v = 1 get = function() return v end v = 2 error("gone") end) coroutine.resume(co) co = nil collectgarbage() print(get())
