-- A hook exchanges and removes itself.
local log = {}
local function second(e, l) log[#log + 1] = "second " .. l if #log > 4 then debug.sethook() end end
local function first(e, l) log[#log + 1] = "first " .. l debug.sethook(second, "l") end
debug.sethook(first, "l")
local a = 1
local b = 2
local c = 3
local d = 4
local e = 5
print(debug.gethook())
for _, l in ipairs(log) do print(l) end
