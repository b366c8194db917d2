local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
print(ffi.new("union { int a; double b; }", 3).a, ffi.new("union { int a; double b; }", { b = 1.5 }).b, ffi.new("union { int a; double b; }", { 4 }).a) print(pcall(ffi.new, "union { int a; double b; }", 1, 2)) local u = ffi.new("struct { union { int a; float f; }; int c; }", 1, 2) print(u.a, u.c)
