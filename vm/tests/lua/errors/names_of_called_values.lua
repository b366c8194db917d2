-- Variables named in errors of calls.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local up
local t = {n = {}}
e(function() up() end) e(function() glob() end) e(function() t.f() end) e(function() t:m() end) e(function() t.n.f() end) e(function() t.n:m() end) e(function() t[1]() end) e(function() local k = "k" t[k]() end)
e(function() local a a() end) e(function(a) a() end) e(function(a) return a() end) e(function() return glob() end) e(function() return t.f() end) e(function() return t:m() end) e(function() return up() end)
e(function() (nil)() end) e(function() ("x")() end) e(function() ({})() end) e(function() (1)() end) e(function() (function() end)()() end) e(function() t.f(t.g()) end) e(function() glob(1, 2, 3) end)
e(function(...) (...)() end) e(function(...) local a = ... a(...) end) e(function() string.nothing() end) e(function() ("x"):nothing() end) e(function() up.x() end) e(function() math.pi() end)
e(function() for k in up do end end) e(function() for k in glob do end end) e(function() for k in t do end end) e(function() for k in nil do end end) e(function() for k in 5 do end end) e(function() for k in t.f do end end)
e(function() local x = t.n.deep() + 1 end) e(function() return -glob() end) e(function() return {up()} end) e(function() return #t.f() end) e(function() t[glob()] = 1 end) e(function() if t.f() then end end) e(function() while up() do end end)
