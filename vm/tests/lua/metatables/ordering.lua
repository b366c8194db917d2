-- __lt and __le, mixed types, and __le falling back to not __lt.
local mt = {}
local function new(v) return setmetatable({v = v}, mt) end
mt.__lt = function(a, b) return (type(a) == "table" and a.v or a) < (type(b) == "table" and b.v or b) end
local a, b = new(1), new(2)
print(a < b, b < a, a > b, b > a)
print(a <= b, b <= a, a >= b, a <= new(1))
mt.__le = function(a, b) return "le" end
print(a <= b, a >= b)
mt.__le = function(a, b) return nil end
print(a <= b, not (a <= b))
print(pcall(function() return a < 1 end))
print(pcall(function() return 1 < a end))
print(pcall(function() return {} < a end))
print(pcall(function() return setmetatable({}, {}) < setmetatable({}, {}) end))
local l = setmetatable({v = 1}, {__lt = function() return "yes" end})
local r = setmetatable({v = 1}, {__lt = function() return false end})
print(pcall(function() return l < r end))
if a < b then print("less") else print("not less") end
if not (b < a) then print("not less") end
local list = {new(3), new(1), new(2)}
table.sort(list)
print(list[1].v, list[2].v, list[3].v)
local u = newproxy(true)
getmetatable(u).__lt = function() return true end
getmetatable(u).__le = function() return false end
print(u < u, u <= u, u > newproxy(u))
