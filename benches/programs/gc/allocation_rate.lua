-- `n` live objects and a given number of kilobytes allocated in every frame, as many tables as strings.
local n, _, kilobytes = ...
local all = {}
for i = 1, n do all[i] = { i } end
local count = 0
-- A table of one element takes 64 bytes, such a string, up to eleven characters long, 32.
local pairs_a_frame = kilobytes * 1024 / 96
return function()
    local kept
    for i = 1, pairs_a_frame do
        count = count + 1
        kept = { i }
        kept = "t" .. count
    end
    for i = 1, 20 do all[math.random(n)] = { i } end
    return kept
end
