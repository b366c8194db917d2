local ffi = require "ffi"
local sum = 0 for i = 1, 20000 do local p = ffi.new("int[2]", i, -i) sum = sum + p[0] + p[1] + 1 end print(sum) local list = {} for i = 1, 1000 do list[i] = ffi.new("double", i) end local s = 0 for i = 1, 1000 do s = s + tonumber(list[i]) end print(s)
