local ffi = require "ffi"
local f = ffi.new("float[1]") for _, v in ipairs { 0.1, 1e40, -1e-50, 16777217, 1 / 0 } do f[0] = v print(string.format("%.9g", f[0])) end
local d = ffi.new("double[1]") d[0] = 0.1 print(d[0] == 0.1) d[0] = ffi.new("float", 0.5) print(d[0]) d[0] = 5LL print(d[0]) d[0] = true print(d[0])
d[0] = 0xffffffffffffffffULL print(d[0]) d[0] = -1LL print(d[0]) f[0] = d[0] print(f[0])
