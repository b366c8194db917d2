local ffi = require "ffi"
ffi.cdef [[ static const int A = 10; static const unsigned char B = 0x1ff; static const signed char C = 200; static const short D = 70000; static const unsigned E = -1; ]]
print(ffi.C.A, ffi.C.B, ffi.C.C, ffi.C.D, ffi.C.E)
print(pcall(function() ffi.C.A = 1 end))
print(pcall(ffi.cdef, "static const double X = 1;"))
print(pcall(ffi.cdef, "static int Y = 1;"))
