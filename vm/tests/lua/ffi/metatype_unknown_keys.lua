local ffi = require "ffi"
ffi.cdef "struct mu { int x; };" local T = ffi.metatype("struct mu", { __index = function(s, k) return "got " .. tostring(k) end }) local t = T(1) print(t.a, t[1], t[true], t["x"]) local p = ffi.cast("struct mu *", t) print(p.a, p[0].x, p["b"]) print(T.foo)
