-- Any number of values crosses resume and yield.
local function count(...) return select("#", ...) end
local t = {} for i = 1, 150 do t[i] = i end
local co = coroutine.create(function(...) local n = count(...) n = n + count(coroutine.yield(...)) return n, ... end)
print(count(coroutine.resume(co, unpack(t))))
print(select(2, coroutine.resume(co, unpack(t, 1, 50))))
local e = coroutine.wrap(function() while true do coroutine.yield() end end)
print(count(e()), count(e(1, 2)))
local n = coroutine.wrap(function() local a, b, c = coroutine.yield(nil, nil) return a, b, c, nil end)
print(count(n()), count(n(1)))
local args = coroutine.wrap(function() local t = {coroutine.yield()} while true do t = {coroutine.yield(#t)} end end)
args() print(args(1, 2, 3), args(), args("x"))
