local ffi = require "ffi"
local old = ffi.errno() ffi.errno(5) print(ffi.errno(), ffi.errno(7), ffi.errno()) print(pcall(ffi.errno, "x")) ffi.errno(0)
