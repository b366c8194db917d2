local ffi = require "ffi"
local a = ffi.new("double[10]") local p, q = a + 2, a + 7 print(q - p, p - q, q - a, a - a) print(pcall(function() return p - ffi.cast("int *", a) end)) print(ffi.cast("char *", q) - ffi.cast("char *", p)) print(ffi.new("const double *", q) - p) print(pcall(function() return ffi.new("void *", a) - ffi.new("void *", a) end))
