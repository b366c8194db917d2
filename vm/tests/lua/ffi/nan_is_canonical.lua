local ffi = require "ffi"
local d = ffi.new "double[2]" ffi.cast("uint64_t *", d)[0] = 0x7ff8000000000000ULL print(d[0] ~= d[0], type(d[0])) d[1] = 0 / 0 print(d[1] ~= d[1]) local f = ffi.new("float[1]", 0 / 0) print(f[0] ~= f[0])
