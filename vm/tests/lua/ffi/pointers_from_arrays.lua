local ffi = require "ffi"
local a = ffi.new("int[4]", { 1, 2, 3, 4 }) local p = ffi.cast("int *", a) print(p[0], p[3]) p[1] = 20 print(a[1]) local q = ffi.new("int *", a) print(q == p, q[2])
local r = p + 2 print(r[0], r[-1], r - p, p - r) print(r > p, r >= p, p < r, p == r, p ~= r) print((p + 1)[0], (1 + p)[0], (r - 2) == p)
print(ffi.typeof(p), ffi.typeof(p + 1), ffi.typeof(a + 1), (a + 1)[0])
