local ffi = require "ffi"
local p = ffi.cast("int *", 0x1000) print(ffi.cast("uintptr_t", p), ffi.cast("intptr_t", p + 1), tonumber(ffi.cast("intptr_t", p))) print(ffi.cast("int", p) == 0x1000, ffi.cast("uint8_t", ffi.cast("void *", 0x1234)) == 0x34) print(pcall(tonumber, p)) print(ffi.cast("void *", -1) == ffi.cast("void *", 0xffffffffffffffffULL))
