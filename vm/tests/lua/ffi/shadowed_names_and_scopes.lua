local ffi = require "ffi"
ffi.cdef "typedef int shadow; struct shadow { shadow shadow; }; int f(int shadow);" local s = ffi.new("struct shadow", 5) print(s.shadow, ffi.sizeof "shadow")
