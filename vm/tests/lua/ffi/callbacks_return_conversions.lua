local ffi = require "ffi"
local cb = ffi.cast("int (*)(int)", function(x) return x end) print(cb(5)) cb:set(function() return "str" end) print(pcall(cb, 1)) cb:set(function() return nil end) print(pcall(cb, 1)) cb:set(function() return 2.9 end) print(cb(1)) cb:set(function() end) print(pcall(cb, 1)) cb:free()
