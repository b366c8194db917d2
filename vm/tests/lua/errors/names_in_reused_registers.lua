-- Names where a register has held several things.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local t = {}
e(function() local a do local b = 1 end return a.x end) e(function() do local a = {} end local b return b.x end) e(function() local a = 1 local a return a.x end)
e(function() for i = 1, 1 do local x x.y = i end end) e(function() for k, v in pairs{1} do v.x.y = 1 end end) e(function() for k, v in pairs{1} do k() end end) e(function() for i = 1, 2 do i() end end) e(function() for i = 1, 2 do i.x.y = 1 end end)
e(function() local a = t.b or t.c a.x = 1 end) e(function() return (t.a or t.b).x end) e(function() return (t.a and t.b).x end) e(function() local x = t.a or glob return x() end) e(function() return (t.a or glob)() end)
e(function() local a, b, c = 1, nil, 3 return a + b + c end) e(function() local a, b = t.x return a + 1, b end) e(function() local a = t.x b = a + 1 end)
e(function() repeat local a until a.x end) e(function() while t.x.y do end end) e(function() if t.x.y then end end) e(function() return not t.x.y end) e(function() return t.x == t.y.z end)
e(function() local s = {t.x.y, 1} end) e(function() local s = {1, 2, t.x + 1} end) e(function() local s = {[t.x.y] = 1} end) e(function() local s = {[nil] = 1} end) e(function() print(1, t.x.y) end) e(function() t.f(1) end)
e(function() goto l do local a = 1 end ::l:: local b return b() end) e(function() local a = {} a.b.c.d = 1 end) e(function() local a = {b = {}} a.b.c.d = 1 end) e(function() local a = {b = {}} a.b.c() end)
