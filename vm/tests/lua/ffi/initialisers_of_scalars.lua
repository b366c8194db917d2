local ffi = require "ffi"
print(ffi.new("int", 5.9) == 5, ffi.new("int") == 0, ffi.new("int", ffi.new("short", 3)) == 3, ffi.new("bool", 5) == 1)
print(pcall(ffi.new, "int", "x")) print(pcall(ffi.new, "int", {})) print(pcall(ffi.new, "int", print)) print(pcall(ffi.new, "int", 1, 2)) print(pcall(ffi.new, "int", nil))
print(ffi.new("int", true) == 1) print(pcall(ffi.new, "void")) print(pcall(ffi.new, "int(int)")) print(pcall(ffi.new, "struct nothere"))
