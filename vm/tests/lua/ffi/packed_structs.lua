local ffi = require "ffi"
ffi.cdef [[
struct a { char c; int i; } __attribute__((packed));
struct __attribute__((packed)) b { char c; int64_t i; short s; };
struct c { char c; int i __attribute__((packed)); double d; };
struct __attribute__((__packed__)) d { char c; struct { int x; char y; } in; int z; };
]]
for c in ("abcd"):gmatch "." do print(c, ffi.sizeof("struct " .. c), ffi.alignof("struct " .. c)) end
print(ffi.offsetof("struct a", "i"), ffi.offsetof("struct b", "s"), ffi.offsetof("struct c", "i"), ffi.offsetof("struct c", "d"))
print(ffi.offsetof("struct d", "in"), ffi.offsetof("struct d", "z"))
local a = ffi.new("struct a", 1, 2)
a.i = 0x01020304
print(a.c, a.i)
