-- `a ?? b` is `b` if `a` is nil, and only then; it binds as weakly as `or`.
print(nil ?? 1, false ?? 1, 0 ?? 1, nil ?? nil ?? 3, nil ?? false ?? 4)
local a, b, f
b = 5
print(a ?? b, b ?? a, a ?? a ?? b, f ?? "x" .. "y", a ?? 1 + 2)
print(nil or nil ?? 6, false or nil ?? 7, nil ?? nil or 8, true and nil ?? 9, nil ?? 1 and 2, 1 ?? 2 or 3)
local function log(x) io.write("[", tostring(x), "]") return x end
print(log(1) ?? log(2), log(nil) ?? log(2), log(false) ?? log(3))
local function many() return nil, 2 end
local function two() return 1, 2 end
print(many() ?? "first", (many() ?? two()), many() ?? two())
local t = {x = nil, y = false}
t.x = t.x ?? "set" t.y = t.y ?? "set" print(t.x, t.y)
local function vararg(...) return ... ?? "none", (...) ?? "none" end
print(vararg()) print(vararg(nil, 1)) print(vararg(2))
if a ?? b then print "then" end
while a ?? false do end
print(not a ?? b, -(a ?? b), #(f ?? "abc"), (a ?? {z = 1}).z)
b = a ?? (b ?? 1) + (a ?? 10) print(b)
local c = (a and b) ?? (a or b) ?? 1 print(c, (a == b) ?? 1, (nil == nil) ?? 1)
return a ?? print("tail")
