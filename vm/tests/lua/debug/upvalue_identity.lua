-- upvalueid and upvaluejoin.
local a, b, c = 1, 2, 3
local function f() return a, b end
local function g() return b, c end
print(type(debug.upvalueid(f, 1)), debug.upvalueid(f, 2) == debug.upvalueid(g, 1), debug.upvalueid(f, 1) == debug.upvalueid(g, 2))
print(pcall(debug.upvalueid, f, 3)) print(pcall(debug.upvalueid, f, 0)) print(pcall(debug.upvalueid, f)) print(pcall(debug.upvalueid, 1, 1)) print(pcall(debug.upvalueid, next, 1))
print(select("#", debug.upvaluejoin(f, 1, g, 2)), f())
c = 30 print(f())
print(pcall(debug.upvaluejoin, f, 9, g, 1)) print(pcall(debug.upvaluejoin, f, 1, g, 9)) print(pcall(debug.upvaluejoin, next, 1, g, 1)) print(pcall(debug.upvaluejoin, f, 1, next, 1)) print(pcall(debug.upvaluejoin, f, 1)) print(pcall(debug.upvaluejoin)) print(pcall(debug.upvaluejoin, f, 1, g))
