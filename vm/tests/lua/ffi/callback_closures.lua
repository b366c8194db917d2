local ffi = require "ffi"
local function counter() local n = 0 return ffi.cast("int (*)(void)", function() n = n + 1 return n end) end local a, b = counter(), counter() print(a(), a(), b(), a()) a:free() b:free()
