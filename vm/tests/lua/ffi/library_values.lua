local ffi = require "ffi"
print(type(ffi.C), pcall(function() return ffi.C[5] end)) print(pcall(function() ffi.C.x = 5 end)) print(pcall(ffi.load, "no_such_library_anywhere") == false) print(pcall(ffi.load, 5) == false) print(pcall(ffi.load))
