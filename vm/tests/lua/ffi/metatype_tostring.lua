local ffi = require "ffi"
ffi.cdef "struct mt { int x; };" local T = ffi.metatype("struct mt", { __tostring = function(s) return "mt:" .. s.x end }) print(T(1), tostring(T(2)), ("%s"):format(T(3)), ffi.cast("struct mt *", T(4)), tostring(T)) local arr = ffi.new("struct mt[2]", { { 5 }, { 6 } }) print(tostring(arr[1])) print((tostring(arr):gsub("0x%x+", "ADDR")))
