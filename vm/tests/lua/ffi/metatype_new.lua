local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
ffi.cdef [[ typedef struct { int x; } boxed; ]] local boxed boxed = ffi.metatype("boxed", { __new = function(ct, a, b) return ffi.new(ct, (a or 0) + (b or 0)) end }) print(boxed(1, 2).x, boxed().x, ffi.new("boxed", 7).x, tostring(boxed)) print(ffi.typeof("boxed")(5, 5).x)
