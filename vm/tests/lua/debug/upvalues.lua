-- getupvalue and setupvalue.
local a, b = 1, 2
local function f() return a, b end
local function none() end
print(debug.getupvalue(f, 1)) print(debug.getupvalue(f, 2)) print(debug.getupvalue(f, 3)) print(debug.getupvalue(f, 0)) print(debug.getupvalue(f, -1))
print(debug.setupvalue(f, 1, 10), a) print(debug.setupvalue(f, 9, 1)) print(debug.setupvalue(none, 1, 1))
print(select("#", debug.getupvalue(f, 3)), select("#", debug.setupvalue(f, 3, 1)))
print(pcall(debug.getupvalue)) print(pcall(debug.getupvalue, f)) print(pcall(debug.getupvalue, 1, 1)) print(pcall(debug.getupvalue, f, "x"))
print(pcall(debug.setupvalue, f, 1)) print(pcall(debug.setupvalue, f)) print(pcall(debug.setupvalue, 1, 1, 1)) print(pcall(debug.setupvalue, f, {}, 1))
