local ffi = require "ffi"
ffi.cdef "struct mk { int x; };" local T = ffi.metatype("struct mk", { __len = function(s) return s.x end, __concat = function(a, b) return (type(a) == "cdata" and "T" or a) .. (type(b) == "cdata" and "T" or b) end }) local t = T(7) print(#t, t .. "a", "a" .. t, t .. t, 1 .. t, t .. 1, "x" .. t .. "y")
