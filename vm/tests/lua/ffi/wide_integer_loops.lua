local ffi = require "ffi"
local x = 1LL for i = 1, 62 do x = x * 2 end print(x) local h = 14695981039346656037ULL for i = 1, 100 do h = bit.bxor(h, i) * 1099511628211ULL end print(h) local a, b = 0ULL, 1ULL for i = 1, 90 do a, b = b, a + b end print(a) local n = 0 for i = 1, 10 do if 5LL > i then n = n + 1 end end print(n)
