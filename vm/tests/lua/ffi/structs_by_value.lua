local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
ffi.cdef [[ typedef struct { int quot, rem; } div_t; div_t div(int, int); typedef struct { long quot, rem; } ldiv_t; ldiv_t ldiv(long, long); ]] local d = ffi.C.div(17, 5) print(d.quot, d.rem, ffi.typeof(d)) local l = ffi.C.ldiv(-17, 5) print(l.quot, l.rem)
