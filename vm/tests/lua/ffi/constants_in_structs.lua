local ffi = require "ffi"
ffi.cdef [[ struct s { static const int A = 5; int x; static const unsigned char B = 300; enum { K = 7, L }; static const int C = -1; } ]]
local s = ffi.new("struct s", 3)
print(s.A, s.B, s.K, s.L, s.C, s.x, ffi.sizeof(s))
print(ffi.typeof("struct s").A, ffi.typeof("struct s").K)
print(pcall(function() s.A = 1 end))
print(pcall(function() return ffi.typeof("struct s").x end))
