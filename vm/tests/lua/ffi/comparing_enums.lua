local ffi = require "ffi"
ffi.cdef "enum ca { CA1, CA2 }; enum cb { CB1, CB2 };" local a, b = ffi.new("enum ca", 1), ffi.new("enum cb", 1) print(a == b, a == 1, a < 2, a <= b, a == "CA2", "CA2" == a) print(pcall(function() return a == "CB2" end)) print(pcall(function() return a < "nope" end)) print(a + b, a == 1LL) local t = { [0] = "zero", "one" } print(t[tonumber(a)])
