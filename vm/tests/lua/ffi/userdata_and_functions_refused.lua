local ffi = require "ffi"
local a = ffi.new "int[1]" print(pcall(function() a[0] = io.stdout end)) print(pcall(ffi.new, "int", io.stdout)) print(pcall(ffi.new, "int *", print)) print(pcall(ffi.new, "int", coroutine.create(print))) print(pcall(ffi.cast, "int", print)) print(pcall(ffi.new, "void *", print))
