-- A steady heap of `n` objects, and 200 MB of garbage made in one frame, again and again.
local n = ...
local all = {}
for i = 1, n do all[i] = { i } end
return function(frame)
    if frame % 500 == 250 then
        local text
        for i = 1, 200000 do text = { i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i } text[20] = { text } end
        for i = 1, 1000000 do text = { i } end
        return text
    end
    for i = 1, 100 do all[math.random(n)] = { i } end
end
