local ffi = require "ffi"
local a = ffi.new "int[1]" print(pcall(function() a[0] = "10" end)) print(pcall(ffi.new, "int", "10")) print(pcall(function() return ffi.new("int[3]")["1"] end)) print(pcall(ffi.new, "int[?]", "3"))
