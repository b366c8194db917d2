local ffi = require "ffi"
ffi.cdef "float sqrtf(float); double ldexp(double, int); float powf(float, float); double fmod(double, double); double hypot(double, double);" print(ffi.C.sqrtf(2) > 1.41, ffi.C.ldexp(1.5, 4), ffi.C.powf(2, 3), ffi.C.fmod(7, 4), ffi.C.hypot(3, 4), ffi.C.ldexp(ffi.new("float", 0.5), 2LL))
