-- A function that calls itself is recorded while a call takes longer than a recording waits: the trace ends there, and another goes on from where it did.

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
print(fib(22), fib(12))

local function tree(depth)
  if depth == 0 then return 1, 0 end
  local left, a = tree(depth - 1)
  local right, b = tree(depth - 1)
  return left + right, math.max(a, b) + 1
end
print(tree(12))

local function sum(list, from, to)
  if from == to then return list[from] end
  local middle = math.floor((from + to) / 2)
  local left = sum(list, from, middle)
  local right = sum(list, middle + 1, to)
  return left + right
end
local list = {}
for i = 1, 3000 do list[i] = i % 13 end
print(sum(list, 1, #list))

local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end
print(ackermann(2, 40))

-- The same where each call keeps something that the caller sees.
local count = 0
local function visit(n, seen)
  if n == 0 then
    count = count + 1
    return seen
  end
  seen = visit(n - 1, seen) + 1
  seen = visit(n - 1, seen) + count
  return seen % 1000003
end
print(visit(11, 0), count)
