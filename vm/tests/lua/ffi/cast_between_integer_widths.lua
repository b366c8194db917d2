local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
local v = 0x123456789abcdef0LL print(ffi.cast("int32_t", v), ffi.cast("uint16_t", v) == 0xdef0, ffi.cast("int8_t", v) == -16, ffi.cast("uint64_t", ffi.cast("int8_t", -1)), ffi.cast("int64_t", ffi.cast("uint32_t", -1)), ffi.cast("uint64_t", -1.5), ffi.cast("float", v) ~= nil) print(tonumber(ffi.cast("int32_t", v)), tonumber(ffi.cast("uint8_t", v)))
