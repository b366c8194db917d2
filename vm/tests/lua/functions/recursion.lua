-- Direct, mutual and through a table.
local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end
print(fact(5), fact(10), fact(20))
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(15))
local is_even, is_odd
function is_even(n) if n == 0 then return true end return is_odd(n - 1) end
function is_odd(n) if n == 0 then return false end return is_even(n - 1) end
print(is_even(100), is_odd(7))
local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end
print(ackermann(2, 3))
local function sum(t) local s = 0 for _, v in ipairs(t) do s = s + (type(v) == "table" and sum(v) or v) end return s end
print(sum{1, {2, {3, 4}, 5}, 6})
local function hanoi(n, a, b, c) if n == 0 then return 0 end return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a) end
print(hanoi(8, "A", "B", "C"))
