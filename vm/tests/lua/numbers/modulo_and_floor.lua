-- a % b is a - floor(a/b)*b, with the divisor's sign.
for _, p in ipairs{{5, 3}, {-5, 3}, {5, -3}, {-5, -3}, {5.25, 0.5}, {-5.25, 0.5}, {1e15, 7}, {0, 5}, {-0.5, 1}, {3, 3}, {-3, 3}, {1e308, 3}} do
  print(p[1], p[2], p[1] % p[2], math.fmod(p[1], p[2]), math.floor(p[1] / p[2]))
end
print(5 % -math.huge, -5 % -math.huge, math.fmod(5, math.huge))
print(pcall(math.fmod, 1))
