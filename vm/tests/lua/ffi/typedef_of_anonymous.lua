local ffi = require "ffi"
ffi.cdef [[ typedef struct { int x; } anon; typedef union { int i; float f; } anonu; typedef enum { ANON_A, ANON_B } anone; ]] print(ffi.sizeof "anon", ffi.sizeof "anonu", ffi.new("anone", "ANON_B") == 1, ffi.typeof "anon" == ffi.typeof "anon", ffi.istype("anon", ffi.new "anon"))
