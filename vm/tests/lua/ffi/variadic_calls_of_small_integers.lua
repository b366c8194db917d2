local ffi = require "ffi"
ffi.cdef [[
int snprintf(char *buf, size_t n, const char *fmt, ...);
typedef enum __attribute__((packed)) { TINY = 3 } Tiny;
]]
local buf = ffi.new "char[100]"
local function f(...)
  local n = ffi.C.snprintf(buf, 100, ...)
  print(n, ffi.string(buf))
end
f("%d %d %d %d", ffi.new("int8_t", -5), ffi.new("uint8_t", 250), ffi.new("int16_t", -300), ffi.new("uint16_t", 65535))
f("%d %d %d", true, false, ffi.new("bool", true))
f("%c%c", ffi.new("char", 65), ffi.new("char", 66))
f("%d %s %d %g", ffi.new("int8_t", 1), "x", true, ffi.new("float", 0.5))
f("%d", ffi.new("Tiny", 3))
f("%d", ffi.new("struct { int8_t a; }", -7).a and ffi.new("int8_t", -7))
