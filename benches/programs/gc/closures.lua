-- `n` closures over shared closed variables, a thousand replaced in every frame, some over variables that are still open.
local n = ...
local all = {}
local function counter(i)
    local count, name = i, { i }
    return function() count = count + 1 return count, name end
end
for i = 1, n do all[i] = counter(i) end
return function()
    local open = { 0 }
    for _ = 1, 500 do all[math.random(n)] = counter(1) end
    for _ = 1, 500 do
        all[math.random(n)] = function() open = { open[1] } return open end
    end
    for _ = 1, 200 do all[math.random(n)]() end
end
