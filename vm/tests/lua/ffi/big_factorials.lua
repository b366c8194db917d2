local ffi = require "ffi"
local f = 1ULL for i = 1, 20 do f = f * i end print(f) print(f / 1000000007ULL, f % 1000000007ULL) local g = 1LL for i = 1, 25 do g = g * i end print(g)
