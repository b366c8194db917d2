local ffi = require "ffi"
print(ffi.sizeof "int[0]", ffi.sizeof "struct { int n; int d[0]; }", ffi.typeof "int[0]") local a = ffi.new "int[0]" print(ffi.sizeof(a)) print(pcall(ffi.new, "int[0]", 1)) print(pcall(ffi.new, "int[0]", { 1 }))
