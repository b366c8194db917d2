local ffi = require "ffi"
local log = {} local kept do local x = ffi.gc(ffi.new("int[1]", 1), function(c) log[#log + 1] = c[0] kept = c end) x = nil end collectgarbage() collectgarbage() print(#log, kept and kept[0]) kept = nil collectgarbage() collectgarbage() print(#log)
