local ffi = require "ffi"
ffi.cdef [[ int myabs(int) __asm__("abs"); double mypow(double, double) asm("p" "ow"); ]] print(ffi.C.myabs(-3), ffi.C.mypow(2, 3))
