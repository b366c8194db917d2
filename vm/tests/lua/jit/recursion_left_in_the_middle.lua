-- Recursions that compiled code leaves somewhere inside: whatever looks then finds all frames, with their variables and where they go on.
local function sum(n, stop, other)
  local twice, half = n * 2, n / 2
  if n == stop then return other end
  local rest = sum(n - 1, stop, other)
  return rest + twice - half
end
for i = 1, 60 do sum(20, 0, 1) end
print(sum(30, 3, "7"), sum(30, 11, 0.5), sum(12, 12, "1"))
print(pcall(sum, 25, 5, {}))
print(pcall(sum, 25, 5, nil))

-- A handler that looks at the frames below an error.
local function seen(level)
  local lines = {}
  while true do
    local info = debug.getinfo(level, "Sl")
    if not info or info.what ~= "Lua" then return table.concat(lines, " ") end
    local values, index = {}, 1
    while true do
      local name, value = debug.getlocal(level, index)
      if not name then break end
      if name:sub(1, 1) ~= "(" then values[#values + 1] = name .. "=" .. tostring(value) end
      index = index + 1
    end
    lines[#lines + 1] = info.currentline .. "(" .. table.concat(values, ",") .. ")"
    level = level + 1
  end
end
local function walk(n, limit)
  local at = n * 3
  if n == limit then local bad = n > 0 or nil; return bad + 1 end
  local left = walk(n - 1, limit)
  local right = n % 4 == 0 and walk(n - 2, -1) or 0
  return left + right + at
end
local function plain(n)
  if n < 1 then return 0 end
  local a = plain(n - 1) local b = plain(n - 2)
  return a + b + n
end
for i = 1, 40 do plain(8) end
print(plain(15))
for i = 1, 40 do pcall(walk, 6, 2) end
for depth = 1, 12, 3 do
  print(xpcall(function() return walk(depth + 2, 2) end, function(message) return message .. " " .. seen(3) end))
end

-- As many values as there are, none, and one of several.
local function pair(n) if n < 2 then return n, n + 1 end local a, b = pair(n - 1) return b, (pair(n - 2)) + a end
local function maybe(n) if n == 0 then return end if n % 5 == 0 then return n, n end return maybe(n - 1) end
local function one(n) if n < 3 then return n end return (one(n - 1)) + (one(n - 3)) end
local function open(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return open(m - 1, 1) end
  return open(m - 1, open(m, n - 1))
end
local function odd(n) if n == 0 then return 1, 2 elseif n == 1 then return end local a, b = odd(n - 2) return a, b end
for i = 1, 30 do pair(9) maybe(i) one(12) open(2, 3) odd(i) end
print(pair(14))
print(maybe(23), maybe(4), (maybe(29)))
print(one(20), open(2, 9), select("#", odd(20)), select("#", odd(21)))
print(odd(8), odd(9))
local function listed(n) if n == 0 then return 10 end if n == 1 then return 1, 2, 3 end local list = n % 2 == 0 and 1 or 2 return list + select("#", listed(n - 2)) end
for i = 1, 30 do listed(i) end
print(listed(20), listed(21))

-- Variables that all activations share, and fields.
local calls, tree = 0, nil
local function grow(n) if n > 0 then return {left = grow(n - 1), right = grow(n - 1), value = n} end end
tree = grow(7)
local function visit(node)
  if not node then return 0 end
  calls = calls + 1
  node.value = node.value + 1
  return visit(node.left) + node.value + visit(node.right)
end
for i = 1, 6 do print(visit(tree), calls) end
tree.left.right.left.value = "3"
print(visit(tree), calls)
tree.right.left.right.value = {}
print(pcall(visit, tree))
print(calls)
local Node = {} Node.__index = Node
function Node:depth(most) if most and most <= 0 then return 0 end local a, b = self.left, self.right return 1 + math.max(a and setmetatable(a, Node):depth(most and most - 1) or 0, b and setmetatable(b, Node):depth(most and most - 1) or 0) end
for i = 1, 20 do setmetatable(tree, Node):depth(4) end
print(tree:depth(), tree:depth(3))

-- Loops inside, extra arguments, protected calls, and more activations than the machine's stack has room for.
local function place(row, columns, n)
  if row > n then return 1 end
  local found = 0
  for column = 1, n do
    local free = true
    for other = 1, row - 1 do
      local at = columns[other]
      if at == column or at - column == row - other or column - at == row - other then free = false end
    end
    if free then columns[row] = column found = found + place(row + 1, columns, n) end
  end
  return found
end
print(place(1, {}, 5), place(1, {}, 6), place(1, {}, 7))
local function extra(n, ...) if n == 0 then return 0 end local a, b = ... return extra(n - 1, b, a, n) + (a or 0) end
for i = 1, 20 do extra(10, 1, 2, 3) end
print(extra(30, 5, 7))
local function safe(n) if n == 0 then return nil + 1 end local ok, rest = pcall(safe, n - 1) return ok and rest + 1 or n * 100 end
for i = 1, 40 do safe(6) end
print(safe(9), safe(1))
local function deep(n) if n == 0 then return 0 end return deep(n - 1) + 1 end
for i = 1, 30 do deep(20) end
print(deep(10), deep(150), deep(5000), deep(9000))
local function endless(n) return endless(n + 1) + 1 end
for i = 1, 3 do
  local ok, message = pcall(endless, 1)
  print(ok, (tostring(message):match("stack overflow")))
end
print(deep(100))
