local ffi = require "ffi"
ffi.cdef "typedef struct { int quot, rem; } div_t; div_t div(int, int);" local sum = 0 for i = 1, 10 do local d = ffi.C.div(i * 7, 3) sum = sum + d.quot * 10 + d.rem end print(sum) local d = ffi.C.div(7, 2) d.quot = 100 print(d.quot, d.rem) local copy = ffi.new("div_t", d) print(copy.quot)
