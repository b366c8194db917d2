local ffi = require "ffi"
ffi.cdef [[ struct base { int x; }; ]] local proto = setmetatable({ a = function() return "a" end }, { __index = { b = function() return "b" end } }) local t = ffi.metatype("struct base", { __index = proto }) local v = t(1) print(v:a(), v:b(), v.x) function proto.c() return "c" end print(v:c()) for i = 1, 3 do io.write(v:b(), " ") end print()
