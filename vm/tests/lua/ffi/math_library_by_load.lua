local ffi = require "ffi"
ffi.cdef "double cos(double); double cbrt(double);" local m = ffi.load "m" print(m.cos(0), string.format("%.6f", m.cbrt(27))) print(type(m), m.cos == m.cos)
