-- -0 equals 0, divides to -inf, and is the same table key.
local z = -0
local zero = 0
local mz = zero * -1
print(mz == 0, 1 / mz, 1 / zero)
print(mz, tostring(mz), mz .. "", -mz)
print(("%d"):format(mz), ("%g"):format(mz), ("%.1f"):format(mz))
local t = {[0] = "zero"}
print(t[mz], t[-0])
t[mz] = "other"
print(t[0])
print(math.abs(mz), math.floor(mz), math.max(mz, 0), 0 + mz)
print(-0 == 0, math.fmod(-6, 3), -6 % 3)
