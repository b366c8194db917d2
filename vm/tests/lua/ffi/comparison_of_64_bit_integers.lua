local ffi = require "ffi"
print(1LL == 1, 1LL == 1ULL, -1LL == -1ULL, 1LL == 1.5, 1LL < 2, 2 < 1LL, 1LL <= 1, -1LL < 0, -1LL < 0ULL, -1 < 1ULL, 5ULL > 4, 5LL >= 5LL) print(1LL == "1", 1LL == nil, 1LL == {}, 1LL ~= 1, 1LL == true)
print(9007199254740993LL == 9007199254740992, 9007199254740993LL == 9007199254740993, 0xffffffffffffffffULL > 1e19)
