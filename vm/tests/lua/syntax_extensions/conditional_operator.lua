-- `c ? a : b` binds most weakly of all and to the right.
print(true ? 1 : 2, false ? 1 : 2, nil ? 1 : 2, 0 ? 1 : 2, (true) ? (1) : (2))
local a, b, t = 1, nil, {x = 1, f = function(_, v) return v end}
print(a == 1 ? "one" : "other", a ~= 1 ? "not" : a + 1, b ? b : "none", a and b ? 1 : 2, a or b ? 1 : 2)
print(a ? b ? 1 : 2 : 3, b ? 1 : a ? 2 : 3, b ? 1 : b ? 2 : 3, a ? a ? "x" : "y" : "z")
print(true ? false ? 1 : 2 : 3, (true ? nil : 1) == nil, true ? nil : 1)
local function log(x) io.write("[", tostring(x), "]") return x end
print(log(true) ? log(1) : log(2), log(false) ? log(1) : log(2))
local function two() return 1, 2 end
print(true ? two() : 0, false ? 0 : two(), (true ? two() : 0))
print(a < 2 and a > 0 ? "in" : "out", not a ? 1 : 2, -a ? #"abc" : 0, a .. 2 ? a .. 3 : 4)
print(true ? (t:f(5)) : 6, false ? 1 : t:f(7), true ? t.x : 8, #(true ? {t:f(9)} : 0))
print(true ? t.f(nil, t:f(10)) : 0, true ? t["f"](nil, 11) : 12)
local x = a == 1 and b ? 1 : 2 print(x)
local function f(v) return v ? "yes" : "no" end print(f(1), f())
if b ? a : b then print "then" else print "else" end
while b ? true : false do end
repeat until a ? true : false
local list = {a ? 1 : 2, b ? 1 : 2, [a ? "k" : "l"] = b ? 1 : 2} print(#list, list[1], list[2], list.k)
print(select(a ? 2 : 1, "p", "q"), ({10, 20})[b ? 1 : 2])
t.y = a ? b ?? "deep" : 0 print(t.y)
local g = a ? (v -> v * 2) : (v -> v) print(g(4))
local h = a ? v -> v * 3 : v -> v print(h(4))
print((a ? a : b) + (b ? a : 10), a ? 1 + 1 : 2 + 2, a == 1 ? a == 2 ? 1 : 2 : 3)
print(a > 0 ? a > 1 ? "big" : "one" : "zero", b == nil ? "nil" : b)
a += b ? 1 : 2 print(a)
local chain = n -> n < 0 ? "negative" : n == 0 ? "zero" : n < 10 ? "small" : n < 100 ? "medium" : "large"
print(chain(-1), chain(0), chain(5), chain(50), chain(500))
