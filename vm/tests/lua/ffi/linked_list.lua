local ffi = require "ffi"
ffi.cdef [[ struct cell { int value; struct cell *next; }; ]] local keep, head = {}, nil for i = 1, 10 do local c = ffi.new("struct cell", i, head) keep[#keep + 1] = c head = c end local sum, c = 0, ffi.cast("struct cell *", head) while c ~= nil do sum = sum + c.value c = c.next end print(sum)
