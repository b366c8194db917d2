local ffi = require "ffi"
print(ffi.typeof(5LL), ffi.typeof(5ULL), ffi.typeof(2i), ffi.typeof(ffi.new("int", 1)), ffi.typeof(ffi.typeof("int")), ffi.typeof(ffi.new("char[3]")))
print(pcall(ffi.typeof, 5)) print(pcall(ffi.typeof, nil)) print(pcall(ffi.typeof, {})) print(pcall(ffi.typeof)) print(ffi.typeof("int") == ffi.typeof("signed int"), ffi.typeof("int") == ffi.typeof("long"))
