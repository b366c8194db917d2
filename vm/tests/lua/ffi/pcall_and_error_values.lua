local ffi = require "ffi"
local e = ffi.new("int[1]", 5) local ok, err = pcall(error, e) print(ok, err == e, err[0]) print(select(2, pcall(error, 5LL))) print(pcall(function() local p = ffi.new "int[2]" return p.x.y end)) print(xpcall(function() return ffi.new("nope") end, function(m) return "handled: " .. m end))
