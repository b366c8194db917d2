local ffi = require "ffi"
print(getmetatable(5LL), getmetatable(ffi.new "int[2]"), getmetatable(ffi.typeof "int"), type(5LL), type(ffi.typeof "int"), type(ffi.C)) print(pcall(setmetatable, 5LL, {})) print(rawequal(5LL, 5LL), 5LL == 5LL) local x = 5LL print(rawequal(x, x)) print(next(ffi) ~= nil, ffi == require "ffi", package.loaded.ffi == ffi)
