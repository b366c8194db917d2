local ffi = require "ffi"
print(ffi.sizeof "int __attribute__((mode(QI)))", ffi.sizeof "int __attribute__((mode(HI)))", ffi.sizeof "int __attribute__((mode(DI)))", ffi.typeof "int __attribute__((mode(__DI__)))", ffi.typeof "float __attribute__((mode(DF)))", ffi.typeof "unsigned __attribute__((mode(SI)))")
