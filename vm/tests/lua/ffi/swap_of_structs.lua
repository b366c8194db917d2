local ffi = require "ffi"
ffi.cdef "struct sw { int a, b; };" local arr = ffi.new("struct sw[2]", { { 1, 2 }, { 3, 4 } }) local tmp = ffi.new("struct sw", arr[0]) arr[0] = arr[1] arr[1] = tmp print(arr[0].a, arr[0].b, arr[1].a, arr[1].b)
