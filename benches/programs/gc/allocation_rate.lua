-- `n` live objects and a given number of kilobytes allocated in every frame, half of it in tables, half in strings.
local n, _, kilobytes = ...
local all = {}
for i = 1, n do all[i] = { i } end
local count = 0
-- A table of one element takes 64 bytes, such a string about 32.
local tables = kilobytes * 1024 / 2 / 64
local strings = kilobytes * 1024 / 2 / 32
return function()
    local kept
    for i = 1, tables do kept = { i } end
    for i = 1, 20 do all[math.random(n)] = { i } end
    for _ = 1, strings do
        count = count + 1
        kept = "text " .. count
    end
    return kept
end
