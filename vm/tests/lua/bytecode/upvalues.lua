-- A loaded function has its upvalues, fresh ones without values.
local x, y = 1, 2
local function f() x = (x or 10) + 1 return x, y end
print(f())
local g = loadstring(string.dump(f))
print(debug.getupvalue(g, 1), debug.getupvalue(g, 2))
print(pcall(g))
print(g())
print(debug.setupvalue(g, 2, "set"))
print(g())
print(f())
-- Two loads share nothing.
local h = loadstring(string.dump(f))
print(h())
print(debug.upvalueid(g, 1) ~= debug.upvalueid(h, 1), debug.upvalueid(g, 1) ~= debug.upvalueid(f, 1))
debug.upvaluejoin(h, 1, g, 1)
print(h(), g())
-- Inner functions find the upvalues of the outer ones.
local function outer() return function() x = (x or 0) + 5 return x end end
local k = loadstring(string.dump(outer))
print(k()(), k()())
-- Stripped names are empty.
local s = loadstring(string.dump(f, true))
print(debug.getupvalue(s, 1))
print(debug.getupvalue(s, 2))
print(debug.getupvalue(s, 3))
print(debug.setupvalue(s, 1, 41), s())
print(debug.getinfo(s, "u").nups, debug.getinfo(g, "u").nups)
