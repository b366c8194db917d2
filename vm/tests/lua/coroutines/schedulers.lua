-- Round robin of many coroutines, symmetric transfer, abandoned ones.
local tasks, log = {}, {}
for id = 1, 3 do tasks[id] = coroutine.create(function() for step = 1, id do log[#log + 1] = id .. "." .. step coroutine.yield() end end) end
while #tasks > 0 do
  for i = #tasks, 1, -1 do
    assert(coroutine.resume(tasks[i]))
    if coroutine.status(tasks[i]) == "dead" then table.remove(tasks, i) end
  end
end
print(table.concat(log, " "))
local queue = {}
local producer = coroutine.create(function() for i = 1, 4 do queue[#queue + 1] = i if i % 2 == 0 then coroutine.yield() end end end)
local sum = 0
while coroutine.resume(producer) do for _, v in ipairs(queue) do sum = sum + v end queue = {} end
print(sum)
for i = 1, 100 do local c = coroutine.create(function() local keep = {} coroutine.yield(keep) end) coroutine.resume(c) end
collectgarbage()
print("abandoned coroutines are collected")
local deep = 0
local function nest(n) if n == 0 then return 0 end return coroutine.wrap(function() return nest(n - 1) + 1 end)() end
print(nest(50))
