local ffi = require "ffi"
local p, i, s = ffi.new("int *"), ffi.new("int", 1), ffi.new("struct { int x; }") for _, v in ipairs { 1, "x", true, false, {}, print } do print(p == v, i == v, s == v, v == i) end print(p == nil, i == nil, s == nil)
