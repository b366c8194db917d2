local ffi = require "ffi"
ffi.cdef "struct mn { int x; };" local store = {} local T = ffi.metatype("struct mn", { __newindex = store, __index = store }) local t = T(1) t.extra = 5 print(store.extra, t.extra, t.x) t.x = 3 print(t.x, store.x) print(pcall(function() return t.missing end))
