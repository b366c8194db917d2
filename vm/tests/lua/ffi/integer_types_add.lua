local ffi = require "ffi"
print(ffi.new("int", 5) + 1, ffi.new("uint8_t", 255) + 1, ffi.new("short", -1) * 2, ffi.new("uint32_t", 0xffffffff) + 1, ffi.new("double", 1.9) + 1, ffi.new("float", 2.5) + 0, ffi.new("bool", true) + 1, ffi.new("char", 65) + 0) print(ffi.typeof(ffi.new("int", 5) + 1), ffi.typeof(ffi.new("uint64_t", 5) + 1), ffi.typeof(-ffi.new("int", 5)))
