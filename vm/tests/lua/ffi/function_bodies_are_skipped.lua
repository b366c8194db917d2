local ffi = require "ffi"
ffi.cdef [[ static inline int twice(int x) { if (x) { return x * 2; } return 0x1234567890L; } int after; ]] print(pcall(ffi.cdef, "int broken(int x) { return x;")) print(ffi.typeof("int (*)(int)"))
