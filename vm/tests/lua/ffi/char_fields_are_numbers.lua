local ffi = require "ffi"
local s = ffi.new("struct { char c; signed char s; unsigned char u; }", 65, -1, 255) print(s.c, s.s, s.u, type(s.c)) s.c = 300 print(s.c) s.u = -1 print(s.u) print(pcall(function() s.c = "A" end))
