-- getlocal, setlocal, getupvalue, setupvalue.
local function f(a, b) local c = a + b local n1, v1 = debug.getlocal(1, 1) local n3, v3 = debug.getlocal(1, 3) return n1, v1, n3, v3 end
print(f(10, 20))
local function g(x) debug.setlocal(1, 1, "changed") return x end
print(g("original"))
print(debug.getlocal(f, 1), debug.getlocal(f, 2), debug.getlocal(f, 3))
local up1, up2 = "first", 2
local function h() return up1, up2 end
print(debug.getupvalue(h, 1)) print(debug.getupvalue(h, 2)) print(debug.getupvalue(h, 3))
print(debug.setupvalue(h, 1, "set"), up1, h())
print(debug.getupvalue(next, 1))
print(pcall(debug.getlocal, 100, 1))
print(pcall(debug.getupvalue, 5, 1))
print(debug.upvalueid(h, 1) == debug.upvalueid(h, 1), debug.upvalueid(h, 1) == debug.upvalueid(h, 2))
local function k() return up2 end
print(debug.upvalueid(h, 2) == debug.upvalueid(k, 1))
debug.upvaluejoin(h, 1, k, 1) print(h())
