local ffi = require "ffi"
local a = ffi.new("char[6]", "hello") print(ffi.string(a), ffi.sizeof(a), a[5]) local b = ffi.new("char[3]", "hello") print(ffi.string(b, 3))
local c = ffi.new("uint8_t[8]", "ab\0cd") print(c[0], c[2], c[3], c[5]) print(pcall(ffi.new, "short[8]", "x"))
local s = ffi.new("struct { char name[8]; int n; }", "bob", 3) print(ffi.string(s.name), s.n) s.name = "alice" print(ffi.string(s.name)) s.name = "0123456789" print(ffi.string(s.name, 8), s.n)
