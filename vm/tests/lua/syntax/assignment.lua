-- Multiple assignment: adjusting counts and order of evaluation.
local a, b, c = 1
print(a, b, c)
a, b, c = 1, 2, 3, 4
print(a, b, c)
a, b = b, a
print(a, b)
local function three() return 1, 2, 3 end
a, b, c = three()
print(a, b, c)
a, b, c = three(), 10
print(a, b, c)
a, b, c = 0, three()
print(a, b, c)
a, b, c = (three())
print(a, b, c)
local t = {}
local i = 1
i, t[i] = i + 1, 20
print(i, t[1], t[2])
local x = {1, 2, 3}
x[1], x[2], x[3] = x[3], x[1], x[2]
print(x[1], x[2], x[3])
local n = 0
local function next_value() n = n + 1 return n end
local p, q, r = next_value(), next_value(), next_value()
print(p, q, r)
local y = {f = {}}
y.f.g, y.f = 1, 2
print(y.f)
local log = {}
local rec = setmetatable({}, {__newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end})
rec.a, rec.b, rec.c = 1, 2, 3
table.sort(log)
print(table.concat(log, " "))
