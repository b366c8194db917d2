local n, x = 0, 0.5
for i = 1, 100 do
  n = n + i % 7
  x = x * 1.5 - n
end
return n + x
