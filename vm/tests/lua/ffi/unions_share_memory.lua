local ffi = require "ffi"
ffi.cdef "union val { uint64_t u; int64_t i; double d; uint32_t w[2]; uint8_t b[8]; };" local v = ffi.new "union val" v.d = 1 print(v.u, v.w[1]) v.i = -1 print(v.u, v.b[7]) v.u = 0x4000000000000000ULL print(v.d) v.b[0] = 1 print(v.u) print(v.i == v.u)
