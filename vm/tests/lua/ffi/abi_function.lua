local ffi = require "ffi"
for _, name in ipairs { "32bit", "64bit", "le", "be", "fpu", "softfp", "hardfp", "eabi", "win", "gc64", "foo" } do print(name, ffi.abi(name)) end print(pcall(ffi.abi)) print(ffi.os, ffi.arch)
