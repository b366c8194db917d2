local ffi = require "ffi"
ffi.cdef "extern char **environ;" print(ffi.C.environ ~= nil, ffi.typeof(ffi.C.environ)) print(type(ffi.string(ffi.C.environ[0])))
