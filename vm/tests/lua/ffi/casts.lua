local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
print(ffi.cast("int", 3.9) == 3, ffi.cast("uint8_t", 300) == 44, ffi.cast("int8_t", 200) == -56, ffi.cast("uint32_t", -1), ffi.cast("int64_t", -5), ffi.cast("uint64_t", -5))
print(ffi.cast("float", 0.1) == 0.1, ffi.cast("double", 5), ffi.cast("bool", 0), tonumber(ffi.cast("float", 0.5)))
print(pcall(ffi.cast, "int[2]", 1)) print(pcall(ffi.cast, "struct { int x; }", 1)) print(pcall(ffi.cast, "int", "5")) print(pcall(ffi.cast, "int", {}))
local p = ffi.cast("char *", 1234) print(ffi.cast("intptr_t", p), p == ffi.cast("void *", 1234)) local a = ffi.new("int[1]", 0x01020304) print(ffi.cast("uint8_t *", a)[0], ffi.cast("uint16_t *", a)[1])
local i = ffi.cast("int", 7) print(ffi.cast("int", i) == i) print(ffi.typeof(ffi.cast("const int", 1)))
