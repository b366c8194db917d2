-- A table with weak keys, values or both, as the name of the run says, and `n` entries, half of which nothing else holds; entries come, go and are read.
local n, _, _, name = ...
local modes = { weak_keys = "k", weak_values = "v", weak_both = "kv" }
local held = {}
local weak = setmetatable({}, { __mode = assert(modes[name]) })
local function add(i)
    local key, value = { i }, { i }
    weak[key] = value
    if i % 2 == 0 then held[i / 2] = { key, value } end
end
for i = 1, n do add(i) end
return function()
    for _ = 1, 400 do add(math.random(n)) end
    local found = 0
    for _ = 1, 400 do
        local pair = held[math.random(#held)]
        if weak[pair[1]] then found = found + 1 end
    end
    return found
end
