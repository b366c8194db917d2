local ffi = require "ffi"
local s = ffi.new("struct { int type, value, ['x']; }" and "struct { int type, value, begin; }", 1, 2, 3) print(s.type, s.value, s.begin, s["type"]) local t = ffi.new("struct { int re, im; }", 4, 5) print(t.re, t.im)
