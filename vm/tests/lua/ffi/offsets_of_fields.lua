local ffi = require "ffi"
ffi.cdef [[ struct s { char a; int b; short c; double d; char e[5]; void *f; struct { int g; int h; }; union { int i; char j; }; } ]]
for c in ("abcdefghijz"):gmatch "." do print(c, ffi.offsetof("struct s", c)) end
print(ffi.offsetof("int", "x"), ffi.offsetof(ffi.new("struct s"), "d"))
