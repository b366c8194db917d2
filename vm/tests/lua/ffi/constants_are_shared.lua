local ffi = require "ffi"
ffi.cdef "static const int SHARED = 42; enum { SH_A = SHARED + 1, SH_B = SH_A * 2 }; struct sh { int v[SH_A - 40]; char c[sizeof(int) * 2]; };" print(ffi.C.SHARED, ffi.C.SH_A, ffi.C.SH_B, ffi.sizeof "struct sh", ffi.offsetof("struct sh", "c"))
