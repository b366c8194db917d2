local ffi = require "ffi"
print(tonumber(5LL), tonumber(-1LL), tonumber(2 ^ 53 + 0LL), tonumber(0xffffffffffffffffULL), tonumber(ffi.new("float", 1.5)), tonumber(ffi.new("bool", true)), tonumber(3i), tonumber(ffi.new("char", 65))) print(pcall(tonumber, 5LL, 10)) print(pcall(tonumber, 5LL, 16))
