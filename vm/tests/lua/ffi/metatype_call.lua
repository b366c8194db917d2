local ffi = require "ffi"
ffi.cdef "struct mcall { int x; };" local T = ffi.metatype("struct mcall", { __call = function(self, a, b) return self.x, a, b end }) local t = T(3) print(t(1, 2)) print(t()) print(select("#", t(nil, nil))) print(pcall(t, 5)) local p = ffi.cast("struct mcall *", t) print(p(8))
