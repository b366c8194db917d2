-- `?.` in front of a field, index or call ends the chain with nil if there is nothing to go on with.
local none
local t = {x = 1, s = "str", f = function(...) return select("#", ...), ... end, [1] = {2}, sub = {}}
function t:m(...) return self == t, ... end
print(none?.x, t?.x, t?.[1]?.[1], none?.[1], none?.["x"], t?.nothing, t.nothing?.deeper?.still)
print(none?.(), none?.(1, 2), none?."s", none?.{}, none?.:m(1), t.f?.(3), t.f?."s", #t?.s)
print(t?.:m(1), t:m?.(2), t:nope?.(3), t?.f(4), t?.sub.x, none?.x(), none?.x:m())
local function log(x) io.write("[", tostring(x), "]") return x end
print(none?.[log(1)], t?.[log("x")], none?.(log(2)), none?.f(log(3)), t.nothing?.[log(5)])
print((none?.x) == nil, not none?.x, none?.x ?? "default", none?.x and 1, none?.x or 2, -(t?.x))
local up = function() return none?.x, t?.x, t?.f(1) end
print(up())
local str = "abc"
print(str?.:upper(), (none)?.x, ("x")?.:rep(3), ({y = 1})?.y)
print(pcall(function() return none?.x.y end))
print(pcall(function() return none?.x[1] end))
print(pcall(function() return none?.x "s".y end))
print(pcall(function() return (none?.x).y end))
print(pcall(function() return t?.x.y end))
print(pcall(function() return t?.x.y.z end))
print(pcall(function() return t?.nothing.y end))
print(pcall(function() return t?.nothing() end))
print(pcall(function() return t:nope() end))
print(pcall(function() return none.x?.y end))
