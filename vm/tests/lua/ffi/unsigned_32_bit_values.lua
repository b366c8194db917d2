local ffi = require "ffi"
local a = ffi.new("uint32_t[3]", 0xffffffff, 0x80000000, -1) print(a[0], a[1], a[2], a[0] + 1) a[0] = a[0] + 1 print(a[0]) local s = ffi.new("struct { uint32_t x; int32_t y; }", 4294967295, 4294967295) print(s.x, s.y)
