local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
ffi.cdef "struct cp { int a; double b; char c[4]; };" local x = ffi.new("struct cp", 1, 2.5, "abc") local y = ffi.new("struct cp", x) y.a = 9 print(x.a, y.a, y.b, ffi.string(y.c)) local arr = ffi.new "struct cp[2]" arr[0] = x arr[1] = arr[0] arr[0].a = 100 print(arr[0].a, arr[1].a, x.a) print(pcall(function() arr[0] = ffi.new("struct { int a; }") end)) print(pcall(function() arr[0] = 5 end)) arr[0] = { 7 } print(arr[0].a, arr[0].b)
