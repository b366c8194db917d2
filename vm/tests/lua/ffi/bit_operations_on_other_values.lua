local ffi = require "ffi"
ffi.cdef "typedef struct { int x; } S; typedef enum { A, B = 6 } E;"
local function show(...)
  print((table.concat({ ... }, " "):gsub("struct %d+", "struct N"):gsub("enum %d+", "enum N")))
end
local box = ffi.new("S", 12)
local values = {
  complex = ffi.new("complex", 13, 2), float = ffi.new("float", 9.75), enum = ffi.new("E", "B"), bool = ffi.new("bool", true),
  reference = ffi.cast("int &", box), pointer = ffi.new("int[1]") + 0, array = ffi.new("int[3]"), struct = box, byte = ffi.new("int8_t", -3),
  wide = ffi.new("uint64_t", 5), type = ffi.typeof("int *"), text = "7", other = {},
}
local names = {}
for name in pairs(values) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
  local value = values[name]
  for _, call in ipairs { "band", "bor", "bnot", "lshift", "tobit", "tohex", "bswap" } do
    local ok, result = pcall(bit[call], value, 3)
    if name == "type" then result = type(result) end
    show(name, call, tostring(ok), tostring(result))
  end
  local ok, result = pcall(bit.lshift, 1LL, value)
  if name ~= "type" then show(name, "count", tostring(ok), tostring(result)) end
end
-- Calling what cannot be called.
for _, name in ipairs { "pointer", "array", "struct", "byte", "enum", "reference" } do
  show(name, select(2, pcall(function() return values[name]() end)))
end
for _, kind in ipairs { "void *", "const int *", "S *", "int **", "char *" } do
  show(kind, select(2, pcall(function() return ffi.new(kind)() end)))
end
