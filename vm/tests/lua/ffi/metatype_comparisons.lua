local ffi = require "ffi"
ffi.cdef "struct ml { int x; };" local T = ffi.metatype("struct ml", { __lt = function(a, b) return (type(a) == "number" and a or a.x) < (type(b) == "number" and b or b.x) end }) print(T(1) < T(2), T(2) < T(1), T(1) > T(0), T(1) < 5, 5 < T(1)) print(pcall(function() return T(1) <= T(2) end))
