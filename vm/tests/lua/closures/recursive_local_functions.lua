-- A local function sees itself; an assigned function sees the outer name.
local function f(n) return n == 0 and "done" or f(n - 1) end
local g = f
f = function() return "replaced" end
print(g(0), g(3))
local h = function(n) return n == 0 and "h" or (h and "upvalue" or "global nil") end
print(h(0), h(1))
local function outer() local function inner(n) if n > 0 then return inner(n - 1) end return "inner" end return inner end
print(outer()(5))
