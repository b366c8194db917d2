local ffi = require "ffi"
local a = ffi.new("int[2]", 1, 2) local cp = ffi.new("int *const", a) print(ffi.typeof(cp), cp[1]) cp[1] = 5 print(a[1]) local pc = ffi.new("const int *", a) print(ffi.typeof(pc), pc[1]) print(pcall(function() pc[1] = 6 end)) local s = ffi.new("struct { int *const p; }", { a }) print(s.p[0]) print(pcall(function() s.p = nil end))
