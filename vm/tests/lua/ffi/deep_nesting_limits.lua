local ffi = require "ffi"
print(pcall(ffi.typeof, "int " .. ("*"):rep(50)) ) print((pcall(ffi.typeof, "int " .. ("*"):rep(200)))) print((pcall(ffi.typeof, "int " .. ("("):rep(50) .. "*" .. (")"):rep(50)))) print(pcall(ffi.typeof, "int " .. ("[1]"):rep(120))) print((pcall(ffi.cdef, "enum { DEEP = " .. ("("):rep(100) .. "1" .. (")"):rep(100) .. " };")))
