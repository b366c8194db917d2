local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
for i = 1, 12 do fib(i) end
local function rows(n)
  local sum = 0
  for i = 1, n do
    for j = 1, i do sum = sum + j end
    for j = i, n do sum = sum - j end
  end
  return sum
end
for i = 1, 3 do rows(9) end
