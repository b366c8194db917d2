local ffi = require "ffi"
ffi.cdef [[ struct vls { int n; double d[?]; } ]]
local s = ffi.new("struct vls", 3) print(ffi.sizeof(s), ffi.sizeof("struct vls", 10)) s.d[2] = 1.5 print(s.d[2], s.n)
local t = ffi.new("struct vls", 2, { 5, { 1, 2 } }) print(t.n, t.d[0], t.d[1])
local u = ffi.new("struct vls", 2, 7) print(u.n)
print(pcall(ffi.cdef, "struct bad { struct vls v; };")) print(pcall(ffi.cdef, "struct bad2 { int d[?]; int x; };"))
print(pcall(ffi.new, "struct vls[2]"))
