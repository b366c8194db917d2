-- A tail call is a call without a return before it.
local log = {}
local function c(x) return x end
local function b(x) return c(x) end
local function a(x) return b(x) end
local function t(x) return math.abs(x) end
local function u(...) return select("#", ...) end
debug.sethook(function(event) local i = debug.getinfo(2, "S") log[#log + 1] = event .. " " .. i.what .. i.linedefined end, "cr")
local r = a(1) r = t(-1) r = u(1, 2)
debug.sethook()
for _, entry in ipairs(log) do print(entry) end
