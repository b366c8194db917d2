-- The bit operators work on 32-bit integers, as the `bit` library does.
local a, b = 0xF0F0, 0x0FF0
print(a & b, a | b, a ~ b, ~a, ~~a)
print(1 << 4, 1 << 31, 1 << 32, 1 << 33, 1 << -1)
print(-1 >> 28, -1 ~>> 28, 0x80000000 >> 31, 0x80000000 ~>> 31)
local n, s = -256, 4
print(n << s, n >> s, n ~>> s, n & s, n | s, n ~ s)
print(1.5 | 0, 2.5 | 0, -1.5 | 0, 4294967296 | 1, 2^53 | 0, 1e300 | 0)
local x, y, z = 1.5, 2.5, 1e300
print(x | 0, y | 0, z | 0, ~x, ~y, x << y)
local inf, nan = 1/0, 0/0
print(inf & -1 == bit.band(inf, -1), nan | 0 == bit.bor(nan, 0), (inf | -inf) == bit.bor(inf, -inf))
for i = 0, 70, 7 do io.write(1 << i, " ", -1 >> i, " ", -5 ~>> i, " ") end print()
