-- Functions that call themselves, also from loops: each activation goes on in the code of the one before.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(20), fib(0), fib(1), pcall(fib, "x"))
local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
print(deep(10), deep(1000), deep(5000))
local ok, message = pcall(function() local function forever(n) return 1 + forever(n + 1) end return forever(1) end)
print(ok, message:match("stack overflow"))
local function sum(t)
  local total = 0
  for i = 1, #t do
    local v = t[i]
    if type(v) == "table" then total = total + sum(v) else total = total + v end
  end
  return total
end
local function tree(depth, width)
  local t = {}
  for i = 1, width do t[i] = depth > 0 and tree(depth - 1, width) or i end
  return t
end
for depth = 1, 5 do print(sum(tree(depth, 3)), sum(tree(1, depth * 4))) end
