local ffi = require "ffi"
print(42LL, 42ULL, 42ll, 42uLL, 0xffLL, 0xffffffffffffffffULL, 9223372036854775807LL, 0x7fffffffffffffffLL, -42LL) print(12i, 0.5i, 1e3i, 0x10i, 12I) print(ffi.typeof(1ULL), ffi.typeof(1LL), ffi.typeof(1i))
