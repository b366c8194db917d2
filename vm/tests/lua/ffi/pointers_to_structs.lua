local ffi = require "ffi"
ffi.cdef [[ struct s { int x; struct s *next; } ]]
local a, b = ffi.new("struct s", 1), ffi.new("struct s", 2) a.next = b print(a.next.x, a.next == b, a.next.next == nil) a.next.x = 5 print(b.x)
local p = ffi.cast("struct s *", a) print(p.x, p[0].x, p.next.x) p.x = 9 print(a.x) p[0] = b print(a.x) print(pcall(function() return p.y end))
local arr = ffi.new("struct s[3]") local q = ffi.cast("struct s *", arr) q[1].x = 4 (q + 2).x = 6 print(arr[0].x, arr[1].x, arr[2].x, (q + 1).x)
