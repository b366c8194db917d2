-- `n` strings in a window; two thousand new ones replace the oldest in every frame.
local n = ...
local window, at = {}, 0
local function add()
    at = at + 1
    window[at % n + 1] = "string " .. at
end
for _ = 1, n do add() end
return function()
    for _ = 1, 2000 do add() end
end
