local ffi = require "ffi"
ffi.cdef [[
struct a { char c; int i; };
struct b { char c; short s; char d; };
struct c { double d; char c; };
struct d { char c[3]; short s[2]; int64_t l; };
struct e { struct a a; struct b b; };
struct f { char c; };
struct g { };
union h { char c[9]; int i; double d; };
struct i { char c; union h u; };
struct j { void *p; char c; void (*f)(int); };
struct k { bool b; float f; bool c; };
struct l { complex z; char c; };
]]
for c in ("abcdefgijkl"):gmatch "." do
  print(c, ffi.sizeof("struct " .. c), ffi.alignof("struct " .. c))
end
print(ffi.sizeof("union h"), ffi.alignof("union h"))
