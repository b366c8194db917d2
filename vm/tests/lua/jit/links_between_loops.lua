-- Loops beside and inside each other, each of which gets code of its own: what one leaves in the registers the other goes on with.
local function sieve(n)
  local marked, found = {}, 0
  for i = 2, n do marked[i] = false end
  for i = 2, n do
    if not marked[i] then
      found = found + 1
      for j = i * i, n, i do marked[j] = true end
    end
  end
  return found
end
print(sieve(50), sieve(1000))

local function steps(n)
  local longest, at = 0, 0
  for i = 1, n do
    local x, count = i, 0
    while x ~= 1 do
      if x % 2 == 0 then x = x / 2 else x = 3 * x + 1 end
      count = count + 1
    end
    if count > longest then longest, at = count, i end
  end
  return longest, at
end
print(steps(300))

local function down(n)
  local text = {}
  for i = n, 1, -1 do
    for j = i, 1, -2 do text[#text + 1] = i * 10 + j end
    local k = 0
    repeat
      k = k + 1
      if k % 3 == 0 then text[#text + 1] = -k end
    until k >= i % 7
  end
  local sum = 0
  for i, v in ipairs(text) do sum = sum + i * v end
  return #text, sum
end
print(down(10), down(40))

-- The types of what a loop is given change from one visit to the next.
local function add(list, from)
  local total = from
  for i = 1, #list do total = total + list[i] end
  return total
end
for i = 1, 40 do
  local list = {}
  for j = 1, i % 9 do list[j] = j % 2 == 0 and j or tostring(j) end
  if i % 8 == 0 then print(add(list, i % 3 == 0 and "7" or 7)) else add(list, i / 3) end
end

-- Fractions, limits that move, loops that do not run.
local function odd(n)
  local seen = {}
  for x = 0, 2, 0.25 do
    for y = x, n, 0.5 do seen[#seen + 1] = x * y end
    for z = n, x do seen[#seen + 1] = z end
    while n > 3 do n = n - 1.5 seen[#seen + 1] = n end
  end
  local sum = 0
  for _, v in pairs(seen) do sum = sum + v end
  return #seen, sum
end
for i = 1, 30 do if i % 6 == 0 then print(odd(i)) else odd(i) end end

-- Loops that make closures of their variables, and leave in the middle.
local function closures(n)
  local made = {}
  for i = 1, n do
    for j = 1, n do
      if (i + j) % 5 == 0 then made[#made + 1] = function() i = i + 1 return i * j end end
      if j > i then break end
    end
  end
  local sum = 0
  for round = 1, 3 do for k = 1, #made do sum = sum + made[k]() * round end end
  return #made, sum
end
print(closures(6), closures(25))

-- A loop in a function that others call from loops of their own.
local function index_of(list, wanted)
  for i = 1, #list do if list[i] == wanted then return i end end
  return nil
end
local letters = {}
for c in ("the quick brown fox"):gmatch(".") do letters[#letters + 1] = c end
local hits, misses = 0, 0
for i = 1, 200 do
  local at = index_of(letters, string.char(97 + i % 26))
  if at then hits = hits + at else misses = misses + 1 end
end
print(hits, misses)
local function both(a, b) return (index_of(letters, a) or 0) * 100 + (index_of(letters, b) or 0) end
local sum = 0
for i = 1, 120 do sum = sum + both(string.char(97 + i % 26), string.char(122 - i % 26)) end
print(sum)
print(pcall(function() for i = 1, 100 do for j = 1, 10 do if i == 90 and j == 5 then error("at " .. i * j) end end end end))
