-- An array of `n` strings, two hundred of which are replaced in every frame.
local n = ...
local all = {}
for i = 1, n do all[i] = "element number " .. i end
return function(frame)
    for i = 1, 200 do all[math.random(n)] = "element " .. i .. " of frame " .. frame end
end
