local ffi = require "ffi"
local function part() local s = ffi.new("int[4]", 1, 2, 3, 4) return ffi.gc(s, nil) end local p = part() collectgarbage() for i = 1, 100 do local _ = ffi.new("int[100]", i) end collectgarbage() print(p[0], p[3])
