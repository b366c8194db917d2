local ffi = require "ffi"
ffi.cdef "size_t strlen(const char *);" local s = "hello" local p = ffi.cast("const char *", s) print(p[0], p[4], p[5], ffi.string(p + 1), ffi.C.strlen(p)) print(pcall(function() p[0] = 65 end)) local v = ffi.cast("const void *", s) print(ffi.string(v, 2)) local u = ffi.cast("const uint8_t *", s) print(u[1])
