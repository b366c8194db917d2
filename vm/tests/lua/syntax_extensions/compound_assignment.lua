-- `op=` for every operator but `^`; the exclusive or is `~=`.
local a = 10
a += 5 print(a) a -= 3 print(a) a *= 4 print(a) a /= 6 print(a) a %= 5 print(a)
a ..= "x" print(a) a ..= 1 .. 2 print(a)
local b = 0xFF
b &= 0x3C print(b) b |= 3 print(b) b ~= 5 print(b) b <<= 4 print(b) b >>= 2 print(b)
b = -64 b ~>>= 3 print(b)
g = 1 g += 1 g *= g + 1 print(g)
local t = {x = 1, [1] = 5, y = {z = "s"}}
t.x += 1 t[1] -= 2 t["x"] *= 10 t.y.z ..= t.y.z print(t.x, t[1], t.y.z)
local k = "x"
t[k] += 0.5 t[#t] *= 2 print(t.x, t[1])
local function up() a = 0 return function() a += 2 return a end end
local f = up() f() print(f())
a = 1 a += a == 1 and 10 or 20 print(a)
a += 1 a += 1; a += 1
print(a)
