-- Positional, named and computed fields, trailing separators, multiple results at the end.
local function three() return 1, 2, 3 end
print(#{}, #{1, 2, 3}, #{1, 2, 3,}, #{1; 2; 3;})
print(#{three()}, #{three(), three()}, #{(three())}, #{three(), nil})
local t = {1, x = 2, [3] = "c", "two", ["y z"] = 4, [1 + 3] = "d"}
print(t[1], t[2], t[3], t[4], t.x, t["y z"])
print(({10, 20, 30})[2], ({n = {m = 5}}).n.m)
local function v(...) return {..., n = select("#", ...)} end
print(#v(1, 2, 3), v().n, #{v(1, 2)})
local u = {[1] = "keyed", "positional"}
print(u[1])
local d = {a = 1, a = 2}
print(d.a)
print(#{nil, nil, 3} >= 0, ({nil, 2})[2])
local big = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60}
print(#big, big[1], big[50], big[60])
local fn = {f = function() return "called" end, [true] = "yes", [1.5] = "float"}
print(fn.f(), fn[true], fn[1.5])
print(pcall(loadstring("return {[nil] = 1}", "=c")))
print(pcall(loadstring("local k; return {[k] = 1}", "=c")))
print(pcall(loadstring("return {[0/0] = 1}", "=c")))
