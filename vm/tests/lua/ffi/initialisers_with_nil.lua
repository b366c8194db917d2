local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
local s = ffi.new("struct { int *p; void *q; int x; }", nil, nil, 5) print(s.p == nil, s.q == nil, s.x) print(pcall(ffi.new, "int[2]", { 1, nil, 3 })) local a = ffi.new("void *[2]", { nil }) print(a[0] == nil)
