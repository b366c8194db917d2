local ffi = require "ffi"
print(pcall(pairs, ffi.new "int[2]")) print(pcall(ipairs, 5LL)) print(pcall(next, 5LL)) print(pcall(unpack, ffi.new "int[2]")) print(pcall(table.concat, ffi.new "int[2]")) print(pcall(string.len, 5LL)) print(pcall(rawget, 5LL, 1)) print(pcall(rawlen or function() error("x", 0) end, 5LL)) print(select("#", 5LL, 6LL))
