local ffi = require "ffi"
local c = ffi.metatype("complex", { __add = function(a, b) return ffi.new("complex", a.re + b.re, a.im + b.im) end, __index = { abs = function(z) return math.sqrt(z.re ^ 2 + z.im ^ 2) end } }) print(1i + 2i, ffi.new("complex", 3, 4):abs())
