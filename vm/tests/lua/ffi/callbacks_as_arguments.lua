local ffi = require "ffi"
ffi.cdef "void *bsearch(const void *key, const void *base, size_t n, size_t size, int (*cmp)(const void *, const void *));" local a = ffi.new("int[5]", 1, 3, 5, 7, 9) local key = ffi.new("int[1]", 7) local found = ffi.C.bsearch(key, a, 5, 4, function(x, y) return ffi.cast("const int *", x)[0] - ffi.cast("const int *", y)[0] end) print(ffi.cast("int *", found) - a)
