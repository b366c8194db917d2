local ffi = require "ffi"
ffi.cdef [[ enum big { A = 0x7fffffff, B, C = 0xffffffff, D = 0x80000000u, E = 1 << 31 }; ]]
print(ffi.C.A, ffi.C.B, ffi.C.C, ffi.C.D, ffi.C.E)
print(ffi.new("enum big", "C"), tonumber(ffi.new("enum big", "D")))
