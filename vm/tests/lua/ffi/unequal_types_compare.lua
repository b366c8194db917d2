local ffi = require "ffi"
print(ffi.new("int", 1) == 1LL, ffi.new("uint8_t", 255) == ffi.new("int8_t", -1), ffi.new("float", 2) == ffi.new("int", 2), ffi.new("double", 1.5) == 1.5, ffi.new("double", 1.5) < 2, ffi.new("int", 3) <= ffi.new("long", 3))
