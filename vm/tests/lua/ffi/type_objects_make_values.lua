local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
ffi.cdef [[ typedef struct { int x, y; } point; ]] local int, point, arr = ffi.typeof "int", ffi.typeof "point", ffi.typeof "int[?]"
print(int(5.5) == 5, point(1, 2).y, point { 3, 4 }.x, point().x, arr(3)[2], arr(2, { 8, 9 })[1]) print(type(int), tostring(int)) print(pcall(int, "x")) print(pcall(point, 1, 2, 3))
print(ffi.sizeof(int), ffi.istype(int, int(1)), ffi.new(int, 4) == 4, ffi.cast(int, 4.5) == 4)
