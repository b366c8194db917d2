local ffi = require "ffi"
local a = ffi.new("int[5]", 1, 2, 3, 4, 5) local p = a + 3 print(p[-1], p[-3], p[1], p[0]) p[-2] = 22 print(a[1])
