-- `n` coroutines with stacks of about 60,000 slots, all of them resumed in every frame.
local n = ...
local unpack = unpack
local function arguments()
    local t = {}
    for i = 1, 100 do t[i] = { i } end
    return unpack(t, 1, 100)
end
-- Each level takes its hundred arguments twice: as arguments and in registers.
local function deep(level, ...)
    if level == 0 then
        while true do coroutine.yield({}) end
    end
    local a = select("#", deep(level - 1, arguments()), ...)
    return a
end
local all = {}
for i = 1, n do
    local levels = 275
    repeat
        all[i] = coroutine.create(deep)
        local started = coroutine.resume(all[i], levels, arguments())
        levels = levels - 10
    until started
end
return function()
    for i = 1, n do assert(coroutine.resume(all[i])) end
end
