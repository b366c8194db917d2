local ffi = require "ffi"
ffi.cdef [[
#pragma pack(1)
struct a { char c; int i; double d; };
#pragma pack(push, 2)
struct b { char c; int i; double d; };
#pragma pack(pop)
struct c { char c; int i; };
#pragma pack()
struct d { char c; int i; double d; };
#pragma once
]]
for c in ("abcd"):gmatch "." do print(c, ffi.sizeof("struct " .. c), ffi.alignof("struct " .. c)) end
