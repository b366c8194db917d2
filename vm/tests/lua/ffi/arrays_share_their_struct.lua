local ffi = require "ffi"
local s = ffi.new("struct { int n; int v[4]; }", 4, { 1, 2, 3, 4 }) local v = s.v v[2] = 30 print(s.v[2]) s.v[0] = 10 print(v[0]) local p = ffi.cast("int *", s.v) p[3] = 40 print(v[3], s.n) print(ffi.sizeof(v), ffi.sizeof(s.v))
