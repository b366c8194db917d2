local ffi = require "ffi"
for _, t in ipairs { "char", "short", "int", "long", "float", "double", "long double", "void *", "int[3]", "double[2]", "struct { char c; }", "struct { char c; double d; }", "union { int i; double d; }", "complex", "enum { A9 }", "int __attribute__((aligned(64)))", "void" } do print(t, ffi.alignof(t)) end
