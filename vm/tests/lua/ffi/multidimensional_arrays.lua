local ffi = require "ffi"
local m = ffi.new("int[3][4]") for i = 0, 2 do for j = 0, 3 do m[i][j] = i * 10 + j end end print(m[0][0], m[1][2], m[2][3], ffi.sizeof(m), ffi.sizeof(m[0])) local row = m[1] row[0] = 99 print(m[1][0], ffi.typeof(row)) local p = ffi.cast("int *", m) print(p[4], p[11]) local q = ffi.cast("int (*)[4]", m) print(q[2][3], (q + 1)[0][2]) m[0] = m[2] print(m[0][3])
