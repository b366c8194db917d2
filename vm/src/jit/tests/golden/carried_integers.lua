-- An index that the program computes itself, and one that only grows.
local ring = {}
for i = 1, 16 do ring[i] = i * 3 end
local at, sum, i = 0, 0, 1
while sum < 3000 do
  at = at % 16 + 1
  sum = sum + ring[at]
  i = i + 1
end
return at, sum, i
