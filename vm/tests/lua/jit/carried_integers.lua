-- Indices and remainders that a program computes itself: integers as long as they are integers of 31 bits, and whatever else they become.

local function ring(count, size)
  local list = {}
  for i = 1, size do list[i] = i * 3 end
  local at, sum = 0, 0
  for _ = 1, count do
    at = at % size + 1
    sum = sum + list[at]
  end
  return at, sum
end
print(ring(100, 7), ring(1000, 16), ring(1000, 1))

-- Counters that grow past 31 bits, in steps.
local function grows(from, step, count)
  local rest, n, seen = 0, from, {}
  for i = 1, count do
    rest = rest + n % 1000
    n = n + step
    if n % 7 == 3 then seen[#seen + 1] = n % 100 end
  end
  return rest, n, #seen, seen[1], seen[#seen]
end
print(grows(0, 1, 300))
print(grows(2147483000, 5, 300))
print(grows(-2147483648, -3, 300))
print(grows(2 ^ 31 - 50, 1, 100))
print(grows(2 ^ 52, 1, 100))
print(grows(0.5, 1, 100))
print(grows(-0.0, 1, 100))
print(grows(0, 0.25, 100))
print(grows(1 / 0, 1, 60))
print(grows(0 / 0, 1, 60))

-- The sign of a zero.
local function zeros(start, by)
  local n, t, negative = start, {[0] = "zero", "one", "two", "three"}, 0
  local found = {}
  for i = 1, 120 do
    if 1 / n < 0 then negative = negative + 1 end
    found[t[n]] = (found[t[n]] or 0) + 1
    n = (n + by) % 4
  end
  return negative, found.zero, found.one, found.two, found.three
end
print(zeros(0, 1), zeros(-0.0, 1), zeros(3, -1), zeros(0, 4), zeros(0, -4))

-- A remainder of a negative number, and by numbers that are no constants or not above zero.
local function remainders(start, step)
  local n, a, b, c = start, 0, 0, 0
  for i = 1, 200 do
    a = a + n % 5
    b = b + n % -5
    c = c + n % 2.5
    n = n - step
  end
  return a, b, c, n
end
print(remainders(100, 1), remainders(-100, 3), remainders(0, 7))

-- It is an integer in most turns only.
local function sometimes(count)
  local t, i, s = {}, 1, 0
  for k = 1, 64 do t[k] = k end
  for k = 1, count do
    s = s + (t[i] or 0.5)
    i = i + 1
    if k % 50 == 0 then i = 1.5 end
    if k % 50 == 25 then i = 1 end
  end
  return s, i
end
print(sometimes(400))

-- It becomes something else altogether.
local function changes()
  local i, list, out = 1, {10, 20, 30, 40, a = 50}, {}
  local n = 0
  while n < 150 do
    n = n + 1
    out[n] = list[i]
    if n == 100 then i = "a" elseif n > 100 then i = n % 4 + 1 else i = i % 4 + 1 end
  end
  return table.concat(out, " ", 95, 110)
end
print(changes())

-- Two that go round each other, one from another loop, and loops inside.
local function swaps(count)
  local a, b, t, s = 1, 2, {5, 6, 7, 8, 9, 10, 11, 12}, 0
  for k = 1, count do
    s = s + t[a] * t[b]
    a, b = b, a % 8 + 1
  end
  return s, a, b
end
print(swaps(300))

local function sieve(limit)
  local composite, count, last = {}, 0, 0
  local i = 2
  while i <= limit do
    if not composite[i] then
      count, last = count + 1, i
      local j = i * i
      while j <= limit do
        composite[j] = true
        j = j + i
      end
    end
    i = i + 1
  end
  return count, last
end
print(sieve(2000))

local function inner(turns)
  local lengths, s, at, n = {}, 0, 0, turns
  for i = 1, 64 do lengths[i] = 2 + i * 7 % 9 end
  while n > 0 do
    at = at % 64 + 1
    local length = lengths[at]
    for j = 1, length do s = s + j * at end
    n = n - length
  end
  return s, at, n
end
print(inner(3000))

-- Down to the first element and below it.
local function down(list)
  local i, s = #list, 0
  while list[i] do
    s = s * 3 % 1009 + list[i]
    i = i - 1
  end
  return s, i
end
local numbers = {}
for i = 1, 500 do numbers[i] = i % 17 end
print(down(numbers))

-- Bits make integers of anything.
local bits = 1
for i = 1, 200 do
  bits = bit.bxor(bits, i) + numbers[bit.band(bits, 255) + 1]
end
print(bits)

-- Reached with an integer at first, and with a double ever after.
local function reached(start)
  local n, s = start, 0
  for i = 1, 40 do
    s = s + numbers[n % 8 + 1 - n % 1]
    n = n + 1
  end
  return s
end
local all = {}
for k = 1, 60 do all[k] = reached(k < 20 and k or k + 0.5) end
print(table.concat(all, " "))

-- Sent through an exit, where it is seen as a number like others.
local function shown(count)
  local at, text = 0, {}
  for k = 1, count do
    at = at % 10 + 1
    if k % 37 == 0 then text[#text + 1] = at .. "/" .. tostring(at) .. string.format("%d %g", at, at) .. type(at) end
  end
  return table.concat(text, " ")
end
print(shown(400))
-- Differences of two that are carried.
local twenty = {} for i = 1, 20 do twenty[i] = i * 3 end
local function differences(n)
  local x, y, s = 0, 1, 0
  for i = 1, n do
    x = x % 7 - y % 5
    y = y % 9 + 1
    s = s + twenty[x + 8] + twenty[y]
  end
  return s, x, y
end
for i = 1, 5 do print(differences(i * 40)) end
