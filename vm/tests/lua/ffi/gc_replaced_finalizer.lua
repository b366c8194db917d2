local ffi = require "ffi"
local log = {} do local x = ffi.gc(ffi.new("int[1]", 1), function() log[#log + 1] = "first" end) x = ffi.gc(x, function() log[#log + 1] = "second" end) x = nil end collectgarbage() collectgarbage() print(table.concat(log, " "))
