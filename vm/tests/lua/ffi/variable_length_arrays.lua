local ffi = require "ffi"
local a = ffi.new("int[?]", 5) print(ffi.sizeof(a)) for i = 0, 4 do a[i] = i end print(a[4])
local b = ffi.new("int[?]", 5, { 1, 2 }) print(b[0], b[1])
local c = ffi.new("int[?]", 4, 7) print(c[0], c[3])
local d = ffi.new("int[?]", 3, 1, 2, 3) print(d[0], d[2])
print(ffi.sizeof("int[?]", 10), ffi.typeof(a)) print(pcall(ffi.sizeof, "int[?]"))
local e = ffi.new("char[?]", 10, "hello") print(ffi.string(e)) print(ffi.sizeof(ffi.new("double[?]", 0)))
print(pcall(ffi.new, "int[?]")) print(pcall(ffi.new, "int[?]", -1)) print(pcall(ffi.new, "int[?]", "x"))
print(pcall(ffi.new, "int[?]", 2, 1, 2, 3)) print(pcall(ffi.new, "int[]")) print(ffi.new("int[?]", 2.9) ~= nil)
