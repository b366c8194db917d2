local ffi = require "ffi"
local a = ffi.new("int[2]", 1, 2) local p = ffi.new("int *", a) local q = ffi.new("int *", p) local r = ffi.cast("int *", p) print(p == q, q == r, rawequal(p, r), rawequal(p, q)) q[0] = 5 print(a[0], p[0], r[0])
