-- `n` objects, made over two hundred frames and dropped in one, again and again.
local n = ...
local all = {}
for i = 1, n do all[i] = { i } end
return function(frame)
    local at = frame % 600
    if at == 100 then all = {} end
    if at >= 400 then
        local count = #all
        for i = count + 1, count + n / 200 do all[i] = { i } end
    end
end
