-- How many values a guarded call gives.
local function three() return 1, 2, 3 end
local t = {three = three, m = function() return "a", "b", "c" end}
local none
local a, b, c, d = three?.() print(a, b, c, d)
a, b, c, d = none?.() print(a, b, c, d)
a, b = 0, three?.() print(a, b)
a, b, c = 0, t:m?.() print(a, b, c)
a, b, c = 0, t:nope?.() print(a, b, c)
a = three?.() print(a)
a = 1, three?.() print(a)
local e, f, g = 9, t?.three() print(e, f, g)
local h = 1, none?.three() print(h)
print(three?.(), 10) print(0, three?.()) print((three?.()))
print(#{three?.()}, #{none?.()}, #{0, t:m?.()}, select("#", three?.()))
local function ret() return three?.() end print(ret())
local function ret2() return 0, three?.() end print(ret2())
local function ret3() return none?.() end print(select("#", ret3()))
local short = || -> three?.() print(short())
for k, v in pairs?.({10, 20}) do io.write(k, "=", v, " ") end print()
print(pcall(function() for k in none?.() do end end))
for i = three?.(), 2 do io.write(i, " ") end print()
if three?.() then print "yes" end if none?.() then else print "no" end
t.a, t.b, t.c = three?.() print(t.a, t.b, t.c)
t.a, t.b, t.c = 5, none?.x?.() print(t.a, t.b, t.c)
print(three?.() ?? 1, none?.() ?? 1, three?.() ? 1 : 2)
