local ffi = require "ffi"
ffi.cdef "typedef struct { int a; } thing; int thing2; enum thing_e { thing_a, thing_b };" print(ffi.typeof "thing" ~= nil, ffi.C.thing_b) ffi.cdef "struct thing { char c; };" print(ffi.sizeof "struct thing", ffi.sizeof "thing")
