local ffi = require "ffi"
ffi.cdef "/* comment */ int /* inside */ com1; // to the end\nint com2; /* over\nlines */ int \\\ncom3;" print(pcall(function() ffi.cdef "\n\n\nint x y;" end)) print(pcall(ffi.cdef, "# 10 \"file.h\"\nint x y;")) print(pcall(ffi.cdef, "#line 20\nint x y;")) print(pcall(ffi.cdef, "/* unfinished"))
