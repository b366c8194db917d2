local ffi = require "ffi"
local n = 50 local a = ffi.new("int[?]", n) local seed = 12345 for i = 0, n - 1 do seed = (seed * 1103515245 + 12345) % 2147483648 a[i] = seed % 1000 end for i = 0, n - 2 do for j = 0, n - 2 - i do if a[j] > a[j + 1] then a[j], a[j + 1] = a[j + 1], a[j] end end end local t = {} for i = 0, n - 1 do t[#t + 1] = a[i] end print(table.concat(t, " "))
