local ffi = require "ffi"
ffi.cdef "struct mp { int x; };" ffi.metatype("struct mp", { __add = function(a, b) return "meta" end, __sub = function() return "metasub" end }) local a = ffi.new("struct mp[3]", { { 1 }, { 2 }, { 3 } }) local p = ffi.cast("struct mp *", a) print((p + 1).x, p + p == "meta", (p + 2) - p, a[0] + a[1], a[0] - 1, p[0] + 1)
