local ffi = require "ffi"
local s = ffi.new "struct { complex z; complex float f; }" s.z = 3 print(s.z) s.z = 2i print(s.z, s.z.im) s.f = ffi.new("complex", 1.5, -2.5) print(s.f, s.f.re, s.f.im) s.z = s.f print(s.z) s.z = { 7, 8 } print(s.z) local d = ffi.new("double[1]") d[0] = s.z print(d[0])
