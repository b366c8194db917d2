local ffi = require "ffi"
local a = ffi.new("int[4]") local p, q = a + 1, a + 2 print(p < q, p <= q, p > q, p >= q, p < p, p <= p, a < q) print(pcall(function() return p < ffi.cast("double *", q) end)) print(p == ffi.cast("char *", p)) print(pcall(function() return p < 5 end)) print(pcall(function() return p < nil end))
