local ffi = require "ffi"
local b = ffi.new("uint8_t[16]") local p = ffi.cast("uint32_t *", b + 1) p[0] = 0x01020304 print(b[0], b[1], b[2], b[3], b[4], p[0]) local d = ffi.cast("double *", b + 3) d[0] = 2.5 print(d[0]) local q = ffi.cast("int64_t *", b + 5) q[0] = -2 print(q[0], b[12])
