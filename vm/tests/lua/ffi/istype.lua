local ffi = require "ffi"
local function is(t, v) io.write(t, " ", tostring(ffi.istype(t, v)), "\n") end
ffi.cdef [[ struct s { int x; }; ]] local s = ffi.new "struct s"
is("int", ffi.new("int", 1)) is("unsigned", ffi.new("int", 1)) is("const int", ffi.new("int", 1)) is("int64_t", 1LL) is("long", 1LL) is("long long", 1LL) is("uint64_t", 1LL) is("struct s", s) is("struct s *", s)
is("struct s", ffi.cast("struct s *", s)) is("const struct s", s) is("int", 5) is("double", 5) is("int *", ffi.new("int *")) is("const int *", ffi.new("int *")) is("void *", ffi.new("int *")) is("int[2]", ffi.new("int[2]"))
is("int[3]", ffi.new("int[2]")) is("float", ffi.new("float", 1)) is("complex", 1i) is("int", ffi.typeof "int") is("char *", ffi.new("const char *")) is("int", {}) print(pcall(ffi.istype, "int")) print(pcall(ffi.istype, 5, 5))
