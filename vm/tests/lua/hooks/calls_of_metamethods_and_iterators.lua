-- Metamethods, iterators and functions called by builtins are calls too.
local names = {}
local function trace() local i = debug.getinfo(2, "S") names[#names + 1] = i.what .. i.linedefined end
local mt = {
  __add = function(a, b) return 1 end,
  __index = function(t, k) return k end,
  __lt = function() return true end,
}
local t = setmetatable({}, mt)
local function iterator(_, i) if i < 2 then return i + 1 end end
local function compare(a, b) return a < b end
local list = {3, 1, 2}
debug.sethook(trace, "c")
local a = t + 1
local b = t.field
local c = t < t
for i in iterator, nil, 0 do end
table.sort(list, compare)
local s = ("abc"):gsub(".", function(x) return x end)
pcall(compare, 1, 2)
debug.sethook()
print(#names)
print(table.concat(names, " "))
