local ffi = require "ffi"
local s = ffi.new "struct { bool a; bool b; }" print(s.a, s.b) s.a = true s.b = 1 print(s.a, s.b) s.a = 0 print(s.a) s.b = 0.5 print(s.b) local arr = ffi.new("bool[3]", { true, false, true }) print(arr[0], arr[1], arr[2])
