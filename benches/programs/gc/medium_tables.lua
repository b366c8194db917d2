-- Tables of a hundred tables each, `n` in all; elements and whole tables are replaced.
local n = ...
local all = {}
local function medium()
    local t = {}
    for i = 1, 100 do t[i] = { i } end
    return t
end
for i = 1, n / 100 do all[i] = medium() end
return function()
    for _ = 1, 500 do
        all[math.random(#all)][math.random(100)] = { 1 }
    end
    all[math.random(#all)] = medium()
end
