local ffi = require "ffi"
local a = ffi.new("int[1]", 5) local s = ffi.new("struct { int x; }", 3) print(ffi.typeof "int &", ffi.sizeof "int &", ffi.alignof "int &") print(pcall(ffi.typeof, "int &[2]")) print(pcall(ffi.typeof, "int & &"))
