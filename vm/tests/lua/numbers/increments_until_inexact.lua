-- Repeated additions and doublings.
local x, n = 1, 0 while x + 1 > x and n < 2000 do x = x * 2 n = n + 1 end print(x, n) x, n = 1, 0 while x > 0 do x = x / 2 n = n + 1 end print(n) x = 1 n = 0 while 1 + x > 1 do x = x / 2 n = n + 1 end print(x, n) x, n = 1, 0 while x < 1/0 do x = x * 10 n = n + 1 end print(n) print(2 ^ 53 - 1 + 1 == 2 ^ 53, 2 ^ 53 + 1 == 2 ^ 53)
