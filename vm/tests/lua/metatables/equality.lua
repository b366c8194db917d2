-- __eq runs only for two different tables (or userdata) with the same metamethod.
local calls = 0
local mt = {__eq = function(a, b) calls = calls + 1 return a.v == b.v end}
local a, b, c = setmetatable({v = 1}, mt), setmetatable({v = 1}, mt), setmetatable({v = 2}, mt)
print(a == b, a ~= b, a == c, a ~= c, a == a, calls)
print(a == 1, a == "x", a == nil, a == {}, calls)
local other = setmetatable({v = 1}, {__eq = mt.__eq})
print(a == other, calls)
local third = setmetatable({v = 1}, {__eq = function() return true end})
print(a == third, calls)
print(setmetatable({}, {__eq = function() return 5 end}) == setmetatable({}, {__eq = function() return 5 end}))
local truthy = {__eq = function() return 5 end}
print(setmetatable({}, truthy) == setmetatable({}, truthy))
local falsy = {__eq = function() return nil end}
print(setmetatable({}, falsy) == setmetatable({}, falsy), setmetatable({}, falsy) ~= setmetatable({}, falsy))
local t = {[a] = "a"}
print(t[a], t[b], rawequal(a, b))
if a == b then print("then") else print("else") end
if a ~= b then print("then") else print("else") end
local u, v = newproxy(true), nil
getmetatable(u).__eq = function() return true end
v = newproxy(u)
print(u == v, u ~= v, u == newproxy())
