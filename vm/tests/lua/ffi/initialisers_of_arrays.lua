local ffi = require "ffi"
local function show(a, n) local t = {} for i = 0, n - 1 do t[#t + 1] = tostring(tonumber(a[i])) end print(table.concat(t, " ")) end
show(ffi.new("int[4]"), 4) show(ffi.new("int[4]", 9), 4) show(ffi.new("int[4]", 1, 2), 4) show(ffi.new("int[4]", { 1, 2, 3 }), 4)
show(ffi.new("int[4]", { [0] = 5, 6, 7 }), 4) show(ffi.new("int[4]", { 3 }), 4) show(ffi.new("int[4]", {}), 4)
show(ffi.new("double[3]", { 1.5, 2.5, 3.5 }), 3) show(ffi.new("int[3]", ffi.new("int[3]", 1, 2, 3)), 3)
show(ffi.new("uint8_t[3]", { 255, 256, -1 }), 3) show(ffi.new("int[2][2]", { { 1, 2 }, { 3, 4 } })[1], 2)
print(pcall(ffi.new, "int[2]", 1, 2, 3)) print(pcall(ffi.new, "int[2]", { 1, 2, 3 })) print(pcall(ffi.new, "int[2]", "xx"))
print(pcall(ffi.new, "int[2]", { "x" })) print(pcall(ffi.new, "int[2]", ffi.new("int[3]")))
