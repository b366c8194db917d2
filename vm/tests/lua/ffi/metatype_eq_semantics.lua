local ffi = require "ffi"
ffi.cdef "struct me { int x; };" local n = 0 local T = ffi.metatype("struct me", { __eq = function(a, b) n = n + 1 return true end }) local a, b = T(1), T(2) print(a == b, n, a == a, n, a ~= b, n, a == 1, n, a == nil, n, nil == a, n, "x" == a, n)
