local ffi = require "ffi"
local a = ffi.new("uint8_t[100000]") a[99999] = 7 a[0] = 1 print(a[0], a[99999], ffi.sizeof(a)) local b = ffi.new("double[?]", 20000, 1.5) print(b[19999], ffi.sizeof(b)) print(pcall(ffi.new, "int[?]", 2 ^ 31)) print(pcall(ffi.typeof, "int[0x40000000]")) print(pcall(ffi.cdef, "struct huge { char a[0x7fffffff]; char b[0x7fffffff]; };"))
