-- Shifts bind more weakly than `..` and `+`, then `&`, `~`, `|`, and all of them more strongly than comparisons.
print(1 | 2 & 3, (1 | 2) & 3, 1 | (2 & 3))
print(6 ~ 3 & 1, 6 | 3 ~ 1, 1 << 2 + 1, 1 + 1 << 2)
print(1 << 2 << 3, 256 >> 2 >> 1, 1 << 3 & 8, 5 & 6 == 4, 5 & 6 ~= 4)
print(~1 + 1, -~1, ~-1, not ~0, ~2 ^ 2, 2 ^ ~-3)
print(1 | 2 < 4, 4 > 1 | 2, pcall(function() return 1 << 1 .. 2 end))
print(7 ~ 2 ~ 1, 7 & 3 & 1, #"ab" << 2, ~#"ab")
print(1 or 2 | 4, 1 and 2 | 4, nil ?? 2 | 1)
local a, b, c = 12, 10, 3
print(a & b | c, a | b & c, a ~ b | c, a | b ~ c, a & b ~ c, a ~ b & c, a << c & b, a + b << c - 1, pcall(function() return a .. b & c end))
