local ffi = require "ffi"
ffi.cdef [[ struct pair { int x, y; }; struct out { struct pair a; struct pair b[2]; struct { int z; } c; }; ]]
local o = ffi.new("struct out", { { 1, 2 }, { { 3, 4 }, { 5, 6 } }, { 7 } })
print(o.a.x, o.a.y, o.b[0].x, o.b[1].y, o.c.z)
local a = o.a a.x = 10 print(o.a.x)
o.b[1] = o.a print(o.b[1].x, o.b[1].y) o.a.x = 11 print(o.b[1].x)
o.a = { 20, 21 } print(o.a.x, o.a.y) o.a = { y = 5 } print(o.a.x, o.a.y)
print(ffi.typeof(o.a), ffi.typeof(o.b), ffi.typeof(o.b[0]))
