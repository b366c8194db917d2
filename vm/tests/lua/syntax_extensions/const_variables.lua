-- Constants are locals that cannot be assigned to, nor declared again where they are in scope.
const a, b = 1, 2
const f = function() return a + b end
const function g(n) return n == 0 and 0 or g(n - 1) + a end
print(a, b, f(), g(3))
const c
print(c)
const many, values = (function() return 1, 2, 3 end)()
print(many, values)
do
  const inner = a
  print(inner)
end
do local inner = 5 inner = 6 print(inner) end
local x = 1
do const x = 2 print(x) end
x = 3 print(x)
const t = {n = 1}
t.n = 2 t.n += 1 print(t.n)
for i = 1, 2 do const sq = i * i print(sq) end
const = 5 print(const)
local const = 6 print(const)
const += 1 print(const)
