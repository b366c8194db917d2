-- Doubles only: integers above 2^53 round.
local big = 2^53
print(big == big + 1, big - 1 == big, big + 2 == big)
print(("%.0f"):format(2^53), ("%.0f"):format(2^64), ("%d"):format(2^53), ("%d"):format(-2^53))
local t = {}
t[big] = "a"
t[big + 1] = "b"
print(t[big], t[2^53])
print(9007199254740993, 18446744073709551615, 0xffffffffffffffff)
print(2^53 % 2, (2^53 - 1) % 2, 1e300 % 7)
