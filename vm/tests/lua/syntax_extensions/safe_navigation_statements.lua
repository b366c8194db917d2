-- A guard ends the whole statement, its right side included.
local none
local t = {n = 1, sub = {k = 2}, f = function(...) print("called", type((...))) return {g = function() print "g" end} end}
function t:m(...) print("method", ...) return self end
local function log(x) io.write("[", tostring(x), "]\n") return x end
none?.x = log(1) t?.x = log(2) print(t.x)
none?.x.y = log(3) t?.sub.k = log(4) print(t.sub.k)
none?.[log(5)] = log(6) t?.[log("n")] = log(7) print(t.n)
none?.x += log(8) t?.n += log(9) t?.sub?.k *= 2 print(t.n, t.sub.k)
t.nothing?.x ..= log(10)
none?.() none?.f(log(11)) t?.f(1) t.f?.(2) t?.f?.(3).g() t.f(4)?.g()
none?.f().g() t:m?.(5) t:nope?.(6) t?.:m(7):m(8) none?.:m(9)
t:nope?.(10).x = log(12)
t.f?."s" t.f?.{} none?."s" t?.sub.k = nil
print(t.sub.k)
do local x = none x?.y = 1 x = {} x?.y = 1 print(x.y) end
local function f(a) a?.b?.c?.d() return a end
print(f(), f{b = {c = {d = function() print "d" end}}} ~= nil)
