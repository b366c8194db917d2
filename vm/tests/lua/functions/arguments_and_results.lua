-- Missing arguments are nil, extra ones dropped; results adjust to their use.
local function f(a, b, c) return c, b, a end
print(f(1))
print(f(1, 2, 3, 4))
print((f(1, 2, 3)))
local t = {f(1, 2, 3), f(4, 5, 6)}
print(#t, t[1], t[2], t[3], t[4])
local function none() end
print(none(), 1)
print(none(), none())
print((none()))
local a, b, c, d = f(1, 2, 3), 9
print(a, b, c, d)
print(type(f) == "function", f == f, f ~= function() end)
local function default(x, y) y = y or "default" return x, y end
print(default(1), default(1, 2), default(1, nil))
print(pcall(none, 1, 2, 3))
print(select("#", none()), select("#", (none())), select("#", nil))
