-- Parts of C values: references that are addresses.
local ffi = require "ffi"
ffi.cdef "struct inner { float x, y; }; struct outer { int n; struct inner parts[4]; };"
local all = ffi.new("struct outer[10]")
for i = 0, 99 do
  local part = all[i % 10].parts[i % 4]
  part.x = part.x + part.y
end
