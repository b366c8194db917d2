local ffi = require "ffi"
for _, name in ipairs { "int", "unsigned", "unsigned int", "long", "long long", "unsigned long", "short", "unsigned short int",
  "char", "signed char", "unsigned char", "float", "double", "long double", "bool", "_Bool", "void *", "int8_t", "uint8_t", "int16_t",
  "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t", "size_t", "ssize_t", "ptrdiff_t", "intptr_t", "uintptr_t", "wchar_t",
  "complex", "complex float", "float complex", "_Complex double", "va_list", "__int8", "__int16", "__int32", "__int64" } do
  local t = ffi.typeof(name)
  print(name, tostring(t), ffi.sizeof(t), ffi.alignof(t))
end
