-- Variables named in errors of indexing.
local function e(f, ...) local ok, r = pcall(f, ...) print(type(r) == "string" and r or type(r)) end
local up
local t = {n = {}}
e(function() return up.x end) e(function() return glob.x end) e(function() return t.f.x end) e(function() return t.n.f.x end) e(function() return t[1].x end) e(function() local k = "k" return t[k].x end) e(function() local k = "k" return t[k][1] end)
e(function() local a return a.x end) e(function(a) return a[1] end) e(function(a) return a[a] end) e(function() up.x = 1 end) e(function() glob.x = 1 end) e(function() t.f.x = 1 end) e(function() t.f[1] = 1 end) e(function(a) a[1] = 1 end) e(function(a) a[a] = 1 end)
e(function() return (nil).x end) e(function() return (1).x end) e(function() return (true).x end) e(function() return print.x end) e(function() return ("x").y.z end) e(function() return up:m() end) e(function() return glob:m() end) e(function() return t.f:m() end)
e(function() return up.a.b.c end) e(function() return t.n.a.b end) e(function(...) return (...).x end) e(function(...) local a = ... return a.x end) e(function() return f().x end) e(function() return t.n[1][2] end) e(function() local a, b = 1 b.c = a end)
e(function() return up[1] end) e(function() return glob[1.5] end) e(function() return t.f["a b"] end) e(function() return t.f[nil] end) e(function() return t.f[{}] end) e(function() t[nil] = 1 end) e(function() t[0/0] = 1 end) e(function() rawset(t, nil, 1) end)
e(function() up.x, glob.y = 1, 2 end) e(function() local a = {up.x} end) e(function() return {a = glob.x.y} end) e(function() return function() return up.x end end) e((function() return function() return up.x end end)())
