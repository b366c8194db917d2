local ffi = require "ffi"
print(ffi.typeof "int(int)", ffi.typeof "void()", ffi.typeof "int(*)(int, ...)", ffi.sizeof "int(int)", ffi.typeof "int(*)(int[3])") print(pcall(ffi.typeof, "int(int)[3]")) print(pcall(ffi.typeof, "int[3](int)"))
