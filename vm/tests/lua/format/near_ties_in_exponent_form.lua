-- 4.2145e-06 is stored as a number a little above, which rounds up.
print(string.format("%.3e %.4g %.4e", 42145e-10, 42145e-10, 42145e-10))
