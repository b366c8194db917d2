local ffi = require "ffi"
local v = ffi.new("volatile int[2]", 1, 2) v[0] = 5 print(v[0], ffi.typeof(v)) print(ffi.istype("int[2]", v)) local p = ffi.new("volatile int *", v) print(p[1]) print(pcall(ffi.new, "int *", v))
