-- Accumulating floats and integers gives the same bits everywhere.
local s = 0
for i = 1, 1000 do s = s + 1 / i end
print(("%.17g"):format(s))
local p = 1
for i = 1, 170 do p = p * i end
print(("%.17g"):format(p), p * 171)
local h = 0
for i = 1, 100 do h = (h * 31 + i) % 4294967296 end
print(h)
local x = 0.5
for _ = 1, 50 do x = 3.9 * x * (1 - x) end
print(("%.17g"):format(x))
local a, b = 0, 1
for _ = 1, 90 do a, b = b, a + b end
print(("%.0f"):format(a), a)
