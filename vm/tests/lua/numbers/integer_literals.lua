-- 64-bit integer literals are integers of C.
local a = 5LL
print(a + 2LL, 10ULL / 3ULL, -a, 2LL ^ 3, 7LL % 4)
print(tostring(0x7fffffffffffffffLL), 0xffffffffffffffffULL, 9007199254740993LL)
print(type(a), a == 5, a == 5LL, a ~= 5ULL, a < 6LL, a <= 5)
local function constant() return 1LL end
print(constant() == constant(), constant() + 1)
