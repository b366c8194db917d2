-- `function a.b.c:m()` declares self; nested names work.
local a = {b = {c = {}}}
function a.f(x) return x end
function a.b.g(x) return x * 2 end
function a.b.c:m(x) return self == a.b.c, x end
function a.b.c.s(self, x) return self, x end
print(a.f(1), a.b.g(2), a.b.c:m(3))
print(a.b.c.s("me", 4))
function globalf(...) return select("#", ...) end
print(globalf(1, nil, nil))
globalf = nil
local t = {}
t.rec = function(n) return n == 0 and "done" or t.rec(n - 1) end
print(t.rec(5))
print(("%d"):format(7), ("x"):rep(3), #("abc"):upper())
local s = "text"
print(s:len(), s:sub(2, 3):upper())
