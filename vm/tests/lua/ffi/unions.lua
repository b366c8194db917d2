local ffi = require "ffi"
local u = ffi.new("union { uint32_t i; float f; uint8_t b[4]; }")
u.f = 1 print(u.i, u.b[0], u.b[3]) u.i = 0x40490fdb print(string.format("%.5f", u.f))
u.b[0] = 255 print(u.i)
local v = ffi.new("union { int a; double b; }", 5) print(v.a)
local w = ffi.new("union { int a; double b; }", { b = 2.5 }) print(w.b)
