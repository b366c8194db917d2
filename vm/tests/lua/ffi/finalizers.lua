local ffi = require "ffi"
local log = {} do local a = ffi.gc(ffi.new("int[1]", 5), function(c) log[#log + 1] = c[0] end) a = nil end collectgarbage() collectgarbage() print(table.concat(log, " "))
do local b = ffi.gc(ffi.new("int[1]", 6), function(c) log[#log + 1] = c[0] end) ffi.gc(b, nil) b = nil end collectgarbage() collectgarbage() print(table.concat(log, " ")) print(pcall(ffi.gc, 5, print)) print(pcall(ffi.gc, ffi.new("int", 1), print)) print(pcall(ffi.gc, ffi.new("int[1]")))
ffi.cdef [[ struct fin { int x; }; ]] local fin = ffi.metatype("struct fin", { __gc = function(s) log[#log + 1] = "fin" .. s.x end }) do local v = fin(3) v = nil end collectgarbage() collectgarbage() print(table.concat(log, " "))
