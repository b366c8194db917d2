local a, b, t = ...
a = a and b or "none"
b = not (a == nil or b ~= "x")
local less, most = a < b, 10 >= a
t = { 1, 2, x = a, [a] = b, [4] = "four", f(...) }
t[1], t.x, t[a] = t[2], -t.y, #t
a, t[a] = t[a], a
local text = "a" .. a .. 1 .. "b"
local number = 2 ^ 10 - 1, 0 / 0, 1e300, 5LL, 2i, a % 3, 3 - a
t.call(a, (f(a)), f(a)) { b } "text"
local x, y, z = f()
x, y = ...
