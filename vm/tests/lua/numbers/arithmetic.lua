-- The five operators and power with the usual edge cases.
print(7 + 2, 7 - 2, 7 * 2, 7 / 2, 7 % 2, 7 ^ 2)
print(-7 % 3, 7 % -3, -7 % -3, 5.5 % 2, -5.5 % 2)
print(1 / 0, -1 / 0, 1 % math.huge, -1 % math.huge)
print(0 ^ 0, 2 ^ 0.5, (-8) ^ (1 / 3) ~= (-8) ^ (1 / 3), 2 ^ -2)
print(1e308 + 1e308, 1e-320 / 10)
print(3 % 0 ~= 3 % 0)
local a, b = 10, 3
print(a + b, a - b, a * b, a / b, a % b, a ^ b, -a)
print(a + 1, 1 + a, a - 1, 1 - a, a * 2, 2 * a, a / 4, 4 / a, a % 4, 24 % a, a ^ 2, 2 ^ a)
print(2147483647 + 1, -2147483648 - 1, 2147483647 * 2, -(-2147483648))
print(0.1 + 0.2 == 0.3, 0.5 + 0.25 == 0.75)
print(1e16 + 1, 9007199254740993 - 9007199254740992)
