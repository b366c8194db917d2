local ffi = require "ffi"
print(type(ffi.typeinfo), type(ffi.typeinfo(1)), ffi.typeinfo(1e6)) print(pcall(ffi.typeinfo, "x"))
