local ffi = require "ffi"
local s = ffi.new("struct { int64_t i; uint64_t u; }", -5, 5) print(s.i, s.u, s.i + 1, s.u * 2) s.i = 2 ^ 53 s.u = 0xffffffffffffffffULL print(s.i, s.u, s.u + 1) s.i = s.u print(s.i) s.u = -1 print(s.u) print(s.i == -1, s.u == -1LL, type(s.i))
