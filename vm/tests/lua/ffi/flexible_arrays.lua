local ffi = require "ffi"
ffi.cdef [[ struct fa { int n; char data[]; } ]]
print(ffi.sizeof("struct fa")) local s = ffi.new("struct fa", 5) print(s.n, ffi.typeof(s.data))
