local ffi = require "ffi"
ffi.cdef "int abs(int);" ffi.cdef "int abs(int);" ffi.cdef "double abs(double);" print(ffi.C.abs(-2)) ffi.cdef "typedef int once;" ffi.cdef "typedef double once;" print(ffi.sizeof "once") print(pcall(ffi.cdef, "enum { R1 }; enum { R1 };")) print(pcall(ffi.cdef, "enum re { R2 }; enum re { R3 };"))
