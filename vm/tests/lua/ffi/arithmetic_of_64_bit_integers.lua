local ffi = require "ffi"
local a, b = 7LL, -3LL print(a + b, a - b, a * b, a / b, a % b, a ^ 2, -a) print(7ULL + 1, 7ULL - 8, 7ULL * 3, 7ULL / 2, 7ULL % 4, 2ULL ^ 63, -1ULL)
print(1LL + 1ULL, -1LL + 0ULL, 5LL / 2, -5LL / 2, -5LL % 3, 5LL % -3, 1LL / 0, 1ULL / 0, 1LL % 0, 1ULL % 0) print(2LL ^ 10, 2LL ^ -1, (-1LL) ^ -1, 1LL ^ -5, 0LL ^ 0, (-2LL) ^ 3)
print(9223372036854775807LL + 1, -9223372036854775807LL - 2, 0xffffffffffffffffULL * 2) print(1LL + 1.9, 10LL * 0.5)
