local ffi = require "ffi"
ffi.cdef "enum arg { ARG_A = 97, ARG_B }; int toupper(enum arg);" print(ffi.C.toupper("ARG_A"), ffi.C.toupper(98), ffi.C.toupper(ffi.new("enum arg", "ARG_B"))) print(pcall(ffi.C.toupper, "nope"))
