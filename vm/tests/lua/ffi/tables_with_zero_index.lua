local ffi = require "ffi"
local a = ffi.new("int[4]", { [0] = 1, 2, 3 }) print(a[0], a[1], a[2], a[3]) local s = ffi.new("struct { int x, y, z; }", { [0] = 1, 2 }) print(s.x, s.y, s.z)
