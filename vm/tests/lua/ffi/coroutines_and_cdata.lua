local ffi = require "ffi"
local co = coroutine.wrap(function(p) for i = 0, 2 do coroutine.yield(p[i]) end p[0] = 99 end) local a = ffi.new("int[3]", 5, 6, 7) print(co(a), co(), co()) co() print(a[0]) local wide = coroutine.wrap(function() coroutine.yield(5LL) coroutine.yield(6ULL) end) print(wide(), wide())
