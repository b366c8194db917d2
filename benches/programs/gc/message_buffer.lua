-- A buffer of `n` messages of 1 KB; five hundred come in every frame, a million in all over 2,000 frames.
local n = ...
local filler = ("x"):rep(1000)
local buffer, count = {}, 0
local function push()
    count = count + 1
    buffer[count % n + 1] = filler .. count
end
for _ = 1, n do push() end
return function()
    for _ = 1, 500 do push() end
end
