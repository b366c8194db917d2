-- Folded constants behave as the operators do at run time.
local one, zero = 1, 0
print(1 + 2 == one + 2, 2 ^ 10, -(3), 10 % 3, -7 % 3)
print(0 * -1 == 0, 1 / (0 * -1), 1 / (zero * -one))
print(-0, 0 - 0, 1/(-0) == 1/(0 * -1))
print(3 * "4", -"3", "1" + 1)
print(not 1, not nil, not not false, 1 and 2, nil or 3)
print(pcall(function() return 1 + nil end))
print(pcall(function() return -{} end))
print(0/0 ~= 0/0, (0/0 == 0/0))
print(2^1023 * 2, -2^1023 * 2)
print(1 == 1, 1 < 2, "a" == "a", nil == nil, "1" == 1)
