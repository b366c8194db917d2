local ffi = require "ffi"
local x, y = ffi.new("int[1]", 1), ffi.new("double[1]", 2.5) local s = ffi.new "struct { int *i; double *d; void *v; const char *c; }" s.i, s.d, s.v, s.c = x, y, x, "text" print(s.i[0], s.d[0], s.v == x, ffi.string(s.c)) s.i[0] = 9 print(x[0]) s.v = nil print(s.v == nil) print(pcall(function() s.i = y end)) print(pcall(function() s.d = s.v end))
