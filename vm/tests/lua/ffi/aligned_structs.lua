local ffi = require "ffi"
ffi.cdef [[
struct a { char c; int i __attribute__((aligned(16))); };
struct b { char c; } __attribute__((aligned(32)));
typedef int aint __attribute__((aligned(8)));
struct c { char c; aint i; };
struct d { char x; struct b b; };
struct e { char c; char d __attribute__((aligned)); };
struct __declspec(align(16)) f { int x; };
]]
for c in ("abcdef"):gmatch "." do print(c, ffi.sizeof("struct " .. c), ffi.alignof("struct " .. c)) end
print(ffi.alignof("aint"), ffi.sizeof("aint"), ffi.typeof("aint"), ffi.offsetof("struct c", "i"), ffi.offsetof("struct d", "b"))
