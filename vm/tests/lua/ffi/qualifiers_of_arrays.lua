local ffi = require "ffi"
print(ffi.typeof("const int[3]"), ffi.typeof("int const *[3]"), ffi.typeof("const char *const[2]"))
ffi.cdef "typedef int triple[3];"
print(ffi.typeof("const triple"), ffi.typeof("triple *"), ffi.typeof("triple[2]"))
