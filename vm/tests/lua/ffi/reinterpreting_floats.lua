local ffi = require "ffi"
local d = ffi.new("double[1]", 1) local u = ffi.cast("uint64_t *", d) print(u[0]) u[0] = 0x3fe0000000000000ULL print(d[0]) local f = ffi.new("float[1]", -0.0) print(ffi.cast("uint32_t *", f)[0]) ffi.cast("uint32_t *", f)[0] = 0x7f800000 print(f[0])
