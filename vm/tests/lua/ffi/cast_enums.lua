local ffi = require "ffi"
ffi.cdef "enum ce { CA = 1, CB };" print(ffi.cast("enum ce", 2), ffi.cast("enum ce", "CA"), ffi.cast("int", ffi.new("enum ce", "CB")) == 2, ffi.cast("enum ce", 77)) print(pcall(ffi.cast, "enum ce", "nope")) print(tostring(ffi.cast("enum ce", -1)), tonumber(ffi.cast("enum ce", -1)))
