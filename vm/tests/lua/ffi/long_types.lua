local ffi = require "ffi"
print(ffi.typeof "long", ffi.typeof "unsigned long", ffi.typeof "long int", ffi.typeof "long long int", ffi.typeof "unsigned long long", ffi.typeof "long unsigned", ffi.typeof "signed long", ffi.new("long", 5), ffi.new("unsigned long", 5), ffi.istype("long", 5LL), ffi.istype("long long", 5LL), ffi.istype("long", 5ULL))
