local ffi = require "ffi"
local a, b = ffi.typeof "struct { int x; }", ffi.typeof "struct { int x; }" print(a == a, ffi.istype(a, ffi.new(a)), ffi.istype(b, ffi.new(a))) print((pcall(function() local s = ffi.new(a, 1) local t = ffi.new(b, s) end)))
