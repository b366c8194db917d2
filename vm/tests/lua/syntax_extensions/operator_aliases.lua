-- `!`, `!=`, `&&` and `||` are `not`, `~=`, `and` and `or`.
print(!true, !nil, !!1, !0 == false, 1 != 2, 1 != 1, "a" != "b")
print(true && 1, nil && 1, false || 2, nil || false, 1 && 2 || 3, nil && 2 || 3, 1 || 2 && 3)
print(!nil && 1, !(1 && nil), 1 == 1 && 2 != 3, not 1 || 2, !1 or 2, 1 and 2 || 3)
if !nil && 1 != 2 then print "then" end
while !true do end
local a = 1
a = a != 1 && "x" || !a print(a)
print(!"s" != true, -1 != 1 && !false, #"x" != 1 || "one")
local t = {!1, !nil, f = !t} print(t[1], t[2], t.f)
