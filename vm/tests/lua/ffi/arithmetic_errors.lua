local ffi = require "ffi"
local s, t = ffi.new("struct { int x; }"), ffi.new("int[2]") ffi.cdef "struct named { int x; };" local n = ffi.new "struct named"
print(pcall(function() return n + 1 end)) print(pcall(function() return 1 + n end)) print(pcall(function() return n + n end)) print(pcall(function() return 1LL + {} end)) print(pcall(function() return 1LL + "x" end))
print(pcall(function() return 1LL + nil end)) print(pcall(function() return n < n end)) print(pcall(function() return 1LL < "1" end)) print(pcall(function() return n .. "x" end)) print(pcall(function() return #n end)) print(pcall(function() return -n end))
print(pcall(function() return 1LL < {} end)) print(pcall(function() return 1LL .. "x" end)) print(pcall(function() return t * 2 end)) print(pcall(function() return t + t end)) print(pcall(function() return n() end)) print(pcall(function() return (1LL)() end))
