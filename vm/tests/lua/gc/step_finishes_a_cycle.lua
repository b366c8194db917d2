-- Repeated small steps end in a finished cycle that frees garbage.
local w = setmetatable({}, {__mode = "v"})
local function fill() for i = 1, 50 do w[i] = {i} end end
fill()
local finished = false
for i = 1, 100000 do if collectgarbage("step", 0) then finished = true break end end
print(finished)
for i = 1, 100000 do if collectgarbage("step", 10) then break end end
local n = 0
for _ in pairs(w) do n = n + 1 end
print(n <= 2)
