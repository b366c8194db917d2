-- Every arithmetic metamethod, on either side, with mixed operands.
local mt = {}
local function name(x) return type(x) == "table" and x.n or tostring(x) end
for _, op in ipairs{"add", "sub", "mul", "div", "mod", "pow"} do
  mt["__" .. op] = function(a, b) return op .. "(" .. name(a) .. "," .. name(b) .. ")" end
end
mt.__unm = function(a, b) return "unm(" .. name(a) .. "," .. name(b) .. ")" end
local A, B = setmetatable({n = "A"}, mt), setmetatable({n = "B"}, mt)
print(A + B, A - B, A * B, A / B, A % B, A ^ B, -A)
print(A + 1, 1 + A, A - "x", "x" - A, A * nil, nil * A, A / true, 2 ^ A, A % 2, 2 % A)
local x, y = 3, A
print(x + y, y + x, x - y, y * 10, 10 / y)
local one = setmetatable({n = "one"}, {__add = function() return "left" end})
local two = setmetatable({n = "two"}, {__add = function() return "right" end})
print(one + two, two + one, one + 1, 1 + two)
print(select("#", (function() return A + B end)()))
print(({n = "plain"}) + A, A + {n = "plain"})
print(pcall(function() return setmetatable({}, {}) + 1 end))
print(pcall(function() return one - 1 end))
local multi = setmetatable({}, {__add = function() return 1, 2, 3 end})
print(multi + 1)
print(setmetatable({}, {__add = function() end}) + 1)
print((pcall(function() return setmetatable({}, {__add = 5}) + 1 end)))
local callable = setmetatable({}, {__call = function(_, a, b) return "called" end})
print(setmetatable({}, {__add = callable}) + 1)
