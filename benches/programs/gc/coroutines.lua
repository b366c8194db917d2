-- `n` suspended coroutines, two thousand of which are resumed in every frame.
local n = ...
local all = {}
local function body(i)
    local state = { i }
    while true do
        coroutine.yield(state)
        state = { i }
    end
end
for i = 1, n do
    all[i] = coroutine.create(body)
    coroutine.resume(all[i], i)
end
return function()
    for _ = 1, 2000 do coroutine.resume(all[math.random(n)]) end
    local i = math.random(n)
    all[i] = coroutine.create(body)
    coroutine.resume(all[i], i)
end
