local ffi = require "ffi"
print(ffi.new("char", 200) == -56, ffi.new("unsigned char", 200) == 200, ffi.new("signed char", 200) == -56, ffi.sizeof "wchar_t", ffi.typeof "char", ffi.typeof "signed char", ffi.typeof "unsigned char", ffi.typeof "int8_t", ffi.typeof "uint8_t")
