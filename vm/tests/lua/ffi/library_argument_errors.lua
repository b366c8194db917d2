local ffi = require "ffi"
for _, f in ipairs { "new", "cast", "sizeof", "alignof", "offsetof", "istype", "typeof", "metatype", "cdef", "copy", "fill", "string", "gc", "load" } do print(f, pcall(ffi[f])) print(f, pcall(ffi[f], 5)) end
