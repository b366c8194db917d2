-- One array of `n` small tables; a thousand are replaced in every frame.
local n = ...
local all = {}
for i = 1, n do all[i] = { i } end
return function()
    for _ = 1, 1000 do
        local i = math.random(n)
        all[i] = { i }
    end
end
