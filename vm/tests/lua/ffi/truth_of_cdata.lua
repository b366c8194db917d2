local ffi = require "ffi"
if 0LL then print "yes" end if ffi.new("void *") then print "yes" end print(not 0LL, 0LL and 1, 0LL or 2, ffi.new("bool", false) and true)
