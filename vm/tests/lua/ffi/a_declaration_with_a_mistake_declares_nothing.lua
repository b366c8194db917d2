local ffi = require "ffi"
print(pcall(ffi.cdef, "typedef int good_one; int bad bad;")) print(pcall(ffi.sizeof, "good_one"))
print(pcall(ffi.cdef, "typedef int good_two; int bad bad;")) print(pcall(ffi.sizeof, "good_two"))
