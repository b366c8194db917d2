local ffi = require "ffi"
local depth = 0 local cb cb = ffi.cast("int (*)(int)", function(n) depth = depth + 1 if n <= 1 then return 1 end return n * cb(n - 1) end) print(cb(6), depth) cb:free()
