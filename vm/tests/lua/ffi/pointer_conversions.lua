local ffi = require "ffi"
local a = ffi.new("int[2]") local function try(t, v) print(t, pcall(function() return tostring(ffi.typeof(ffi.new(t, v))) end)) end
try("int *", a) try("const int *", a) try("void *", a) try("char *", a) try("unsigned *", a) try("double *", a) try("short *", a) try("int *", ffi.new("const int *", a)) try("void *", ffi.new("const int *", a))
try("const void *", ffi.new("const int *", a)) try("int *", 5) try("int *", "str") try("const char *", "str") try("char *", "str") try("int *", nil) try("int *", {}) try("int *", 5LL)
try("int **", ffi.new("int *[1]")) try("int **", ffi.new("unsigned *[1]")) try("struct s1 *", a)
