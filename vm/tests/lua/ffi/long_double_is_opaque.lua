local ffi = require "ffi"
print(ffi.sizeof "long double", ffi.typeof "long double") print(pcall(ffi.new, "long double", 5)) local s = ffi.new "struct { long double x; int y; }" print(ffi.sizeof(s)) print(pcall(function() return s.x end)) print(pcall(function() s.x = 1 end))
