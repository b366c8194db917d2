local ffi = require "ffi"
for _, name in ipairs { "int *", "int **", "const int *", "int *const", "const int *const *", "int [3]", "int [2][3]", "int *[4]", "int (*)[4]",
  "int (*)(int)", "void (*)(void)", "int *(*)(int)", "int (*(*)(int))(double)", "int (*[3])(void)", "char (*(*)[5])[7]", "int &", "const char &",
  "volatile int", "const volatile int", "volatile int *const", "int [?]", "int []", "double (*)[?]", "int (&)[3]" } do
  local ok, t = pcall(ffi.typeof, name)
  print(name, ok and tostring(t) or t)
end
