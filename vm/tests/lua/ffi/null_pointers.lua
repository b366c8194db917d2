local ffi = require "ffi"
local p = ffi.new("int *") print(p == nil, nil == p, p ~= nil, not p) print(p == ffi.cast("void *", 0), tostring(p)) local s = ffi.new("struct { char *p; }") print(s.p == nil, s.p)
print(ffi.cast("intptr_t", p), tonumber(ffi.cast("intptr_t", p))) if p then print "cdata is true" end print(p == 0, p == false, p == "x")
