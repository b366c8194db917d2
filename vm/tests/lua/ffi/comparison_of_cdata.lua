local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
local a, b = ffi.new("int[2]"), ffi.new("int[2]") print(a == a, a == b, a ~= b, a == nil) local s, t = ffi.new("struct { int x; }"), ffi.new("struct { int x; }") print(s == s, s == t, s == 1, s == "x", s == {})
print(ffi.new("int", 1) == ffi.new("double", 1), ffi.new("int", 1) == 1, ffi.new("float", 0.5) == 0.5, ffi.new("bool", true) == 1, ffi.new("bool", true) == true) print(ffi.new("char", 65) < 66, ffi.new("int", -1) < ffi.new("unsigned", 1))
print(pcall(function() return a < b or b < a end)) print(pcall(function() return s < 1 end)) print(pcall(function() return a < ffi.new("double[2]") end)) print(2i == 2i, 2i == 2)
