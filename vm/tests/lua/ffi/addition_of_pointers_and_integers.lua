local ffi = require "ffi"
local a = ffi.new("int[10]") for i = 0, 9 do a[i] = i end local p = a + 3 print(p[0], (p + 2LL)[0], (p - 1ULL)[0], (p + ffi.new("int", 4))[0], (p + 1.9)[0], (p + -1.9)[0]) print(pcall(function() return p + p end)) print(pcall(function() return p + "1" end)) print(pcall(function() return p * 2 end)) print(pcall(function() return 5 - p end)) print(pcall(function() return -p end))
print(pcall(function() return ffi.new("void *", a) + 1 end))
