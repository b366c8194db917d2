local ffi = require "ffi"
local z = ffi.new("complex", 1, 2) print(z, z.re, z.im, z[0], z[1], ffi.sizeof(z)) print(3i, -3i, 1.5i, 0i, ffi.new("complex", 1, -2), ffi.new("complex float", 0.5, 0.25)) print(ffi.new("complex", 5), ffi.new("complex", { 1, 2 }), ffi.new("complex", 3i))
print(pcall(function() z.re = 5 end)) print(pcall(function() z[0] = 5 end)) print(pcall(function() return z + 1 end)) print(pcall(function() return z.xx end)) print(pcall(function() return z.abc end)) print(ffi.new("complex", 1 / 0, -1 / 0), ffi.new("complex", 0 / 0, 0 / 0))
local a = ffi.new("complex[2]") a[0] = z a[1] = 7 print(a[0], a[1]) a[1] = 2i print(a[1]) print(tonumber(z), ffi.cast("int", z) == 1) print(ffi.istype("complex", 1i), ffi.typeof(1i), type(1i)) print(z[2], z[3], z[-1])
