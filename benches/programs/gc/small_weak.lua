-- `n` weak tables of a few entries each.
local n = ...
local meta = { __mode = "kv" }
local all = {}
local function small(i)
    local t = setmetatable({}, meta)
    for k = 1, 4 do t[k] = { i } end
    return t
end
for i = 1, n do all[i] = small(i) end
return function()
    for _ = 1, 200 do
        local i = math.random(n)
        all[i] = small(i)
    end
end
