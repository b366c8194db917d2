local ffi = require "ffi"
for _, a in ipairs { 7LL, -7LL, 0LL } do for _, b in ipairs { 3LL, -3LL, 2LL } do print(a % b, a / b, a ^ b) end end for _, a in ipairs { 7ULL, 18446744073709551615ULL } do for _, b in ipairs { 3ULL, 10ULL } do print(a % b, a / b, a ^ b) end end
