local ffi = require "ffi"
ffi.cdef "typedef struct { int quot, rem; } divres; void *memcpy(void *, const void *, size_t); int memcmp(const void *, const void *, size_t);" local a, b = ffi.new("divres", 5, 6), ffi.new "divres" ffi.C.memcpy(b, a, ffi.sizeof(a)) print(b.quot, b.rem, ffi.C.memcmp(a, b, 8)) ffi.C.memcpy(ffi.cast("int *", b) + 1, a, 4) print(b.rem)
