local ffi = require "ffi"
for _, t in ipairs { "int8_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t" } do
  local a = ffi.new(t .. "[1]") io.write(t)
  for _, v in ipairs { 1e18, 1e19, 1.8e19, 1e20, -1e19, 1e300, 1 / 0, -1 / 0, 0 / 0 } do a[0] = v io.write(" ", tostring(a[0])) end print()
end
