-- What may be done to a table of `n` elements while it is scanned: sorted, shifted, rehashed, made weak and strong again.
local n = ...
local list, map = {}, {}
for i = 1, n do list[i] = { key = (i * 7919) % n } end
for i = 1, n do map["key " .. i] = { i } end
local meta = {}
local seen = setmetatable({}, meta)
for i = 1, 1000 do seen[i] = { i } end
local part = {}
return function(frame)
    local at = frame % 8
    if at == 0 then
        for i = 1, 500 do part[i] = list[math.random(#list)] end
        table.sort(part, function(a, b) return a.key < b.key end)
    elseif at == 1 then
        for _ = 1, 3 do table.insert(list, 1, { key = frame }) end
    elseif at == 2 then
        for _ = 1, 3 do table.remove(list, 1) end
    elseif at == 3 then
        for i = 1, 300 do map["key " .. math.random(n)] = nil end
    elseif at == 4 then
        for i = 1, 300 do map["key " .. math.random(n)] = { i } end
    elseif at == 5 then
        meta.__mode = frame % 16 == 5 and "v" or nil
        setmetatable(seen, meta)
    elseif at == 6 then
        for i = 1, 1000 do seen[i] = { i } end
    elseif frame % 400 == 207 then
        table.sort(list, function(a, b) return a.key < b.key end)
    elseif frame % 400 == 7 then
        setmetatable(list, { __mode = "k" })
        list = setmetatable({}, nil)
        for i = 1, n do list[i] = { key = i } end
    end
end
