local ffi = require "ffi"
local s = ffi.new("struct { int a; struct { int b; union { int c; char d[4]; }; }; int e; }", 1, 2, 3, 4)
print(s.a, s.b, s.c, s.e) s.c = 0x41424344 print(s.d[0], s.d[3])
local t = ffi.new("struct { struct { int x, y; }; int z; }", { x = 1, z = 3 }) print(t.x, t.y, t.z)
local u = ffi.new("struct { struct { int x, y; }; int z; }", { 1, 2, 3 }) print(u.x, u.y, u.z)
