local ffi = require "ffi"
local x = ffi.new("int[1]", 5) local p = ffi.new("int *[1]", { x }) local pp = ffi.cast("int **", p) print(pp[0][0], p[0][0]) pp[0][0] = 6 print(x[0]) local y = ffi.new("int[1]", 7) pp[0] = y print(p[0][0], p[0] == y)
