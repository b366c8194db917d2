-- Metamethods are named after their events.
local function who(...) local i = debug.getinfo(1, "n") print(i.name, i.namewhat) return 1 end
local mt = {}
for _, event in ipairs{"index", "newindex", "call", "add", "sub", "mul", "div", "mod", "pow", "unm", "len", "concat", "eq", "lt", "le", "tostring"} do mt["__" .. event] = who end
local a, b = setmetatable({}, mt), setmetatable({}, mt)
local x = a.x x = a[1] x = a[b] a.x = 1 a[1] = 1 a[b] = 2
x = a() x = a + 1 x = 1 + a x = a - b x = a * 2 x = a / 2 x = a % 2 x = a ^ 2 x = -a x = #a
x = a .. "s" x = "s" .. a x = a == b x = a ~= b x = a < b x = a <= b x = a > b x = a >= b
x = tostring(a)
