-- Metamethods that are Lua functions, in loops: comparisons, calls, iterators.
local N = {}
N.__index = N
N.__lt = function(a, b) return a.n < b.n end
N.__le = function(a, b) return a.n <= b.n end
N.__eq = function(a, b) return a.n == b.n end
N.__call = function(self, by, ...) return self.n + (by or 0), select("#", ...) end
local function num(n) return setmetatable({ n = n }, N) end
local counts = { 0, 0, 0, 0, 0, 0 }
local five, other = num(5), setmetatable({ n = 5 }, { __eq = N.__eq, __lt = function() return true end })
for i = 1, 100 do
  local x = num(i % 10)
  if x < five then counts[1] = counts[1] + 1 end
  if x <= five then counts[2] = counts[2] + 1 end
  if x == five then counts[3] = counts[3] + 1 end
  if x ~= five then counts[4] = counts[4] + 1 end
  if not (x > five) then counts[5] = counts[5] + 1 end
  if x >= five then counts[6] = counts[6] + 1 end
  if x == other or five == other then counts[1] = counts[1] + 1 end
end
print(table.concat(counts, " "))
-- With one order only: the other by its opposite.
local M = { __lt = function(a, b) return a[1] < b[1] end }
local function one(n) return setmetatable({ n }, M) end
local less = 0
for i = 1, 60 do
  if one(i % 7) <= one(3) then less = less + 1 end
  if one(i % 7) < one(3) then less = less + 100 end
end
print(less)
-- What they give counts as true or not.
local odd = setmetatable({}, { __lt = function(a, b) return nil end, __le = function() return 0 end, __eq = function() end })
local odder = setmetatable({}, getmetatable(odd))
for i = 1, 40 do
  less = less + (odd < odder and 1 or 2) + (odd <= odder and 10 or 20) + (odd == odder and 100 or 200)
end
print(less)
for i = 1, 30 do
  local ok, message = pcall(function() return five < (i < 29 and num(i) or { n = 1 }) end)
  if i > 27 then print(ok, message) end
end
-- Calls of tables.
local total = 0
for i = 1, 100 do
  total = total + num(i)() + num(i)(2) + five(i, 1, 2)
  local a, b, c = five(1, nil, nil)
  total = total + a + b + (c == nil and 1 or 0)
end
print(total)
local nested = setmetatable({}, { __call = five })
print(pcall(nested, 1))
-- Iterators that are Lua functions.
local function range(n)
  local i = 0
  return function()
    i = i + 1
    if i <= n then return i, i * 2 end
  end
end
local function step(limit, i)
  if i < limit then return i + 1 end
end
for turn = 1, 30 do
  for i, double in range(turn % 5 + 3) do total = total + i * double end
  for i in step, turn % 4 + 2, 0 do total = total + i end
  for a, b, c in range(2) do total = total + (c == nil and a + b or 0) end
end
print(total)
for i in range(200) do
  if i % 7 == 0 then total = total + i elseif i > 150 then total = total - 1 end
end
for i, v in (function(t) local k = 0 return function() k = k + 1 if t[k] then return k, t[k] end end end)({ 5, 6, 7, 8 }) do
  total = total + i * v
end
print(total)
local proxy = setmetatable({}, { __call = function(self, limit, i) if i < limit then return i + 1 end end })
for turn = 1, 20 do for i in proxy, 5, 0 do total = total + i end end
print(total)
