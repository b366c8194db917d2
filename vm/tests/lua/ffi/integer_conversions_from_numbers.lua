local ffi = require "ffi"
local values = { 0, 1, -1, 1.9, -1.9, 127, 128, 255, 256, 300.7, 32768, 65536, 2 ^ 31, 2 ^ 32, 2 ^ 32 + 5, -2 ^ 31, 2 ^ 40 + 3, 2 ^ 53, -2 ^ 53 }
for _, t in ipairs { "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t", "bool" } do
  local a = ffi.new(t .. "[1]") io.write(t)
  for _, v in ipairs(values) do a[0] = v io.write(" ", tostring(a[0])) end print()
end
