-- `n` userdata with a finalizer, of which two hundred are replaced in every frame.
local n = ...
local finalized = 0
local first = newproxy(true)
getmetatable(first).__gc = function() finalized = finalized + 1 end
local all = {}
for i = 1, n do all[i] = newproxy(first) end
return function()
    for _ = 1, 200 do all[math.random(n)] = newproxy(first) end
end
