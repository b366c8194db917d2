local ffi = require "ffi"
ffi.cdef [[ struct s { int a:4; unsigned b:4; int c:1; unsigned d:23; bool e:1; } ]]
local s = ffi.new("struct s")
for i = -10, 20, 3 do s.a = i s.b = i s.c = i s.d = i print(i, s.a, s.b, s.c, s.d) end
s.e = true print(s.e) s.e = false print(s.e)
s.a, s.b = 7.9, -1.5 print(s.a, s.b)
print(pcall(function() s.a = "x" end))
local t = ffi.new("struct s", 1, 2, -1, 4, true)
print(t.a, t.b, t.c, t.d, t.e)
local u = ffi.new("struct s", { a = 3, d = 9 })
print(u.a, u.b, u.c, u.d, u.e)
