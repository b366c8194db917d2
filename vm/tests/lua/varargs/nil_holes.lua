-- nils in argument lists count and keep their place.
local function f(a, b, ...) return a, b, select("#", ...), ... end
print(f(nil, nil, nil))
print(f(1, nil, nil, 2))
print(f())
local function pack(...) return {n = select("#", ...), ...} end
local p = pack(nil, 2, nil)
print(p.n, p[1], p[2], p[3])
print(unpack(p, 1, p.n))
print(select("#", unpack(p, 1, p.n)))
local q = pack()
print(q.n, q[1])
