local ffi = require "ffi"
ffi.cdef "extern int ext1; static int fun1(int); extern double fun2(void); typedef int td1, *td2;" print(ffi.sizeof "td1", ffi.sizeof "td2") print(pcall(ffi.cdef, "register int r;")) print(pcall(ffi.cdef, "struct { extern int x; };")) print(pcall(ffi.cdef, "int f(register int x, static int y);"))
