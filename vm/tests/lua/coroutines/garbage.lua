-- Suspended coroutines are collected with what they hold.
local weak = setmetatable({}, {__mode = "k"})
for i = 1, 20 do local co = coroutine.create(function() local big = {i} weak[big] = true coroutine.yield(big) end) coroutine.resume(co) weak[co] = true end
collectgarbage() collectgarbage() print(next(weak))
local kept = coroutine.wrap(function() local t = {} weak[t] = "held" while true do coroutine.yield(#t) t[#t + 1] = 1 end end) kept() kept() collectgarbage() for _, v in pairs(weak) do print(v) end print(kept())
kept = nil collectgarbage() collectgarbage() print(next(weak))
local list = {} for i = 1, 300 do list[i] = coroutine.wrap(function() local s = 0 for j = 1, 5 do s = s + j coroutine.yield(s) end return "end" end) end
local sum = 0 for round = 1, 5 do for i = 1, 300 do sum = sum + list[i]() end collectgarbage("step") end print(sum, list[1]())
