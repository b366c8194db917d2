local ffi = require "ffi"
print(ffi.alignof "struct { int : 5; }", ffi.sizeof "struct { char c; int : 5; }", ffi.alignof "struct { char c; int x : 3; int : 5; }")
