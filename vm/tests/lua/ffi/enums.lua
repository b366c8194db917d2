local ffi = require "ffi"
ffi.cdef [[ enum color { RED, GREEN = 5, BLUE, LAST = BLUE + 10 }; typedef enum { ON = 1, OFF = 0 } power; enum neg { MINUS = -1, PLUS = 1 }; ]]
print(ffi.C.RED, ffi.C.GREEN, ffi.C.BLUE, ffi.C.LAST, ffi.C.ON, ffi.C.OFF, ffi.C.MINUS)
local c = ffi.new("enum color", "GREEN")
print(c, tonumber(c), c == "GREEN", c == 5, c ~= "RED", c == "RED")
print(ffi.sizeof("enum color"), ffi.alignof("power"), ffi.new("enum neg", -1))
print(pcall(ffi.new, "enum color", "PINK"))
print(pcall(function() return c == "PINK" end))
print(c + 1, c * 2, c < 6, c <= "BLUE")
local s = ffi.new("struct { enum color a; enum neg b; }", "BLUE", "PLUS")
print(s.a, s.b) s.a = "RED" s.b = -5 print(s.a, s.b, tonumber(s.b))
