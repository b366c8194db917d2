local ffi = require "ffi"
for _, t in ipairs { "int(*)(void)", "int *(*)()", "int (**)(int)", "int (*(*)(void))[3]", "void (*(*)(int, void (*)(int)))(int)", "int (*[2][3])(void)", "const int *(*const)(const char *const)", "int (*)[2][3]", "int *(*[4])(int)", "char *(*(**[3][8])())[5]" } do print(ffi.typeof(t)) end
