local ffi = require "ffi"
ffi.cdef [[
struct a { int x:3, y:5, z:8; };
struct b { unsigned x:30, y:5; };
struct c { char c; int x:4; short s; };
struct d { unsigned x:3; unsigned :0; unsigned y:2; };
struct e { uint8_t a:4, b:4; uint16_t c:12; };
struct f { int :5; int x:3; };
struct g { bool b:1, c:1; };
struct h { unsigned x:32; };
struct i { int64_t l; int x:1; };
struct j { unsigned a:1; uint8_t b; unsigned c:7; };
]]
for c in ("abcdefghij"):gmatch "." do print(c, ffi.sizeof("struct " .. c), ffi.alignof("struct " .. c)) end
print(ffi.offsetof("struct a", "x")) print(ffi.offsetof("struct a", "y")) print(ffi.offsetof("struct a", "z"))
print(ffi.offsetof("struct b", "y")) print(ffi.offsetof("struct c", "x")) print(ffi.offsetof("struct d", "y"))
print(ffi.offsetof("struct e", "c")) print(ffi.offsetof("struct f", "x")) print(ffi.offsetof("struct h", "x"))
print(ffi.offsetof("struct j", "c"))
