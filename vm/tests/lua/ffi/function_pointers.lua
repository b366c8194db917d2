local ffi = require "ffi"
ffi.cdef [[ int abs(int); double fabs(double); ]] local f = ffi.C.abs print(ffi.typeof(f)) local p = ffi.cast("int (*)(int)", f) print(p(-4), p == f, ffi.typeof(p)) local s = ffi.new("struct { int (*f)(int); }") s.f = f print(s.f(-9)) print(pcall(function() s.f = 5 end)) s.f = nil print(s.f == nil)
