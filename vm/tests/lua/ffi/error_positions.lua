local ffi = require "ffi"
local ok, m = pcall(function()
  local s = ffi.new("struct { int x; }")
  return s.y
end) print((m:gsub("struct %d+", "struct N")))
print(pcall(function()
  return ffi.new("int[2]")[{}]
end))
print(pcall(function()
  return 1LL + {}
end))
print(pcall(function()
  ffi.cdef("int x y;")
end))
