-- Only nil and false are false; and/or give operands.
for _, v in ipairs{0, "", "false", {}, 0/0, print} do if v then io.write("true ") else io.write("false ") end end print()
if nil then print("no") elseif false then print("no") elseif 0 then print("zero is true") else print("no") end
local function grade(n) if n >= 90 then return "A" elseif n >= 80 then return "B" elseif n >= 70 then return "C" else return "F" end end
print(grade(95), grade(85), grade(75), grade(5))
local a, b, c = nil, false, 1
print(a and b, b and a, a or b, b or a, c and a, a or c, not a, not c, not not c)
print(a == nil and "nil", b == false and "false", (a or c) and (b or "x"))
print(1 and nil, false == nil, nil == false, not nil == true)
local x = a and 1 or 2 local y = c and nil or "third" print(x, y)
if not (a or b) and c then print("combined") end
local function t(v, name) io.write(name, " ") return v end
local r = t(false, "p") and t(true, "q") or t(nil, "r") or t("s", "s") print(r)
r = t(1, "a") and t(2, "b") and t(3, "c") print(r)
r = (t(nil, "x") or t(false, "y")) and t(1, "z") print(r)
print(1 < 2 and 2 < 3 and "chain", 1 > 2 or "else", (1 > 2) == false)
