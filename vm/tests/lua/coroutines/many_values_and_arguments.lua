-- Values through resume and yield in every number.
local co = coroutine.create(function(...) local n = select("#", ...) while true do n = select("#", coroutine.yield(n, ...)) end end)
for _, n in ipairs{0, 1, 2, 10, 100, 200} do local args = {} for i = 1, n do args[i] = i end print(n, (select(2, coroutine.resume(co, unpack(args, 1, n))))) end
co = coroutine.create(function(...) return ... end) print(select("#", coroutine.resume(co, unpack({}, 1, 250))))
co = coroutine.wrap(function() for i = 0, 5 do coroutine.yield(unpack({1, 2, 3, 4, 5}, 1, i)) end end) for _ = 0, 5 do print(co()) end print(select("#", co()))
co = coroutine.wrap(function(a, b, ...) print(a, b, ...) a, b = coroutine.yield() print(a, b) print((coroutine.yield())) end)
co(1, 2, 3) co() co("only first", "dropped") 
co = coroutine.create(function() return coroutine.yield(coroutine.yield(coroutine.yield(1))) end) print(coroutine.resume(co)) print(coroutine.resume(co, 2)) print(coroutine.resume(co, 3, 4)) print(coroutine.resume(co, 5, 6)) print(coroutine.resume(co))
