local ffi = require "ffi"
local keep, a = {}, ffi.new "const char *[3]" for i, s in ipairs { "one", "two", "three" } do keep[i] = s a[i - 1] = s end for i = 0, 2 do io.write(ffi.string(a[i]), " ") end print(ffi.sizeof(a), a[0] == a[1])
