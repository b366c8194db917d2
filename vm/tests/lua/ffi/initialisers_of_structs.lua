local ffi = require "ffi"
ffi.cdef [[ struct s { int a; double b; const char *c; } ]]
local function show(s) print(s.a, s.b, s.c == nil) end
show(ffi.new "struct s") show(ffi.new("struct s", 1)) show(ffi.new("struct s", 1, 2)) show(ffi.new("struct s", { 1, 2 }))
show(ffi.new("struct s", { [0] = 4, 5 })) show(ffi.new("struct s", { b = 3 })) show(ffi.new("struct s", { a = 1, b = 2, d = 3 })) show(ffi.new("struct s", {}))
show(ffi.new("struct s", ffi.new("struct s", 7, 8))) print(pcall(ffi.new, "struct s", 1, 2, nil, 4)) print(pcall(ffi.new, "struct s", "x"))
show(ffi.new("struct s", { 1, nil, 3 }))
