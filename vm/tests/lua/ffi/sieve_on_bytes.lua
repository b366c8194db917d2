local ffi = require "ffi"
local n = 1000 local s = ffi.new("uint8_t[?]", n + 1) local count = 0 for i = 2, n do if s[i] == 0 then count = count + 1 for j = i * i, n, i do s[j] = 1 end end end print(count)
