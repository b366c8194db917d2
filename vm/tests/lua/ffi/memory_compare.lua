local ffi = require "ffi"
local function equal(a, b, n) local p, q = ffi.cast("uint8_t *", a), ffi.cast("uint8_t *", b) for i = 0, n - 1 do if p[i] ~= q[i] then return false, i end end return true end local a, b = ffi.new("int[4]", 1, 2, 3, 4), ffi.new("int[4]", 1, 2, 3, 5) print(equal(a, a, 16), equal(a, b, 12), equal(a, b, 16))
