local ffi = require "ffi"
print(-1i, -2.5i, - 3i) local z = -4i print(z.re, z.im)
