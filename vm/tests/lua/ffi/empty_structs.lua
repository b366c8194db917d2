local ffi = require "ffi"
print(ffi.sizeof "struct {}", ffi.alignof "struct {}", ffi.sizeof "union {}") local e = ffi.new "struct {}" print(pcall(function() return (e.x) end) == false) ffi.cdef "struct em {}; struct withem { struct em e; int x; };" print(ffi.sizeof "struct withem", ffi.offsetof("struct withem", "x"))
