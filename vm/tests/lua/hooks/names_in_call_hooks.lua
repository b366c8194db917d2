-- The name of the function that is called.
local log = {}
local function hook(event)
  local i = debug.getinfo(2, "nSl")
  log[#log + 1] = event .. " " .. tostring(i.name) .. " " .. i.namewhat .. " " .. i.what .. " " .. i.currentline
end
local t = {}
function t.field(a) return a end
function t:method() return 1 end
function global() return 1 end
local mt = setmetatable({}, {__add = function() return 1 end, __index = function() return 1 end})
local function f() local x = t.field(1) x = t:method() x = global() x = mt + 1 x = mt.x return x end
debug.sethook(hook, "cr")
f()
debug.sethook()
for _, line in ipairs(log) do print(line) end
