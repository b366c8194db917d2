local ffi = require "ffi"
ffi.cdef "struct mc { int x; };" ffi.metatype("struct mc", { __index = { get = function(s) return s.x end }, __add = function(a, b) return "sum" end }) local c = ffi.new("const struct mc", 5) print(c:get(), c + c, c + 1) local p = ffi.cast("const struct mc *", c) print(p:get(), p + c)
