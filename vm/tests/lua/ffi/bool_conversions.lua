local ffi = require "ffi"
local b = ffi.new("bool[1]") for _, v in ipairs { 0, 1, 2, -1, 0.5, true, false, 5LL, 0LL } do b[0] = v print(v, b[0]) end
print(pcall(function() b[0] = "x" end)) print(pcall(function() b[0] = nil end)) print(pcall(function() b[0] = {} end))
print(ffi.new("int", true) + 0, ffi.new("double", false) + 1, ffi.cast("bool", 7) == true)
