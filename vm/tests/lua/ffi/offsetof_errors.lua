local ffi = require "ffi"
print(pcall(ffi.offsetof, "struct { int x; }")) print(pcall(ffi.offsetof, "struct { int x; }", {})) print(ffi.offsetof("struct { int x; }", "y")) print(pcall(ffi.offsetof, "struct nope", "x")) print(ffi.offsetof("union { int a; struct { int b, c; }; }", "c")) print(ffi.offsetof("struct { int :3; int b:5; }", "b"))
