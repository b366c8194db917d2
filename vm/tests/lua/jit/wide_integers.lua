-- 64-bit integers in compiled loops: carried from turn to turn, mixed with numbers and with each other, compared, shifted, in fields and arrays, shown to
-- natives, tables and other functions, and left in the middle.
local ffi, bit = require "ffi", require "bit"

local function sum(n)
   local total = 0LL
   for i = 1, n do total = total + i end
   return total
end
print(sum(5), sum(100), sum(1000))

-- A generator of numbers, as everybody writes it.
local function generator(seed)
   local state = ffi.new("uint64_t", seed)
   return function()
      state = bit.bxor(state, bit.lshift(state, 13))
      state = bit.bxor(state, bit.rshift(state, 7))
      state = bit.bxor(state, bit.lshift(state, 17))
      return state
   end
end
local draw = generator(88172645463325252ULL)
local low = 0
for i = 1, 200 do
   local x = draw()
   low = (low + tonumber(bit.band(x, 0xffffULL))) % 65536
   if i % 50 == 0 then print(x, low) end
end

local hash = 14695981039346656037ULL
for i = 1, 300 do
   hash = bit.bxor(hash, i % 256)
   hash = hash * 1099511628211ULL
end
print(hash, bit.tohex(hash))

-- Operators, with numbers on both sides, at the edges.
local values = { 0LL, 1LL, -1LL, 7LL, -7LL, 9223372036854775807LL, -9223372036854775807LL - 1, 3ULL, 18446744073709551615ULL }
local others = { 1, -1, 3, 2.75, -2.75, 2 ^ 31, 5LL, 5ULL }
local operations = {
   function(x, y) return x + y end, function(x, y) return y - x end, function(x, y) return x * y end,
   function(x, y) return x / y end, function(x, y) return x % y end, function(x, y) return x ^ y end,
   function(x, y) return -x end, function(x, y) return x < y end, function(x, y) return y <= x end,
   function(x, y) return x == y end, function(x, y) return x ~= y end, function(x) return tonumber(x) end,
}
for _, operation in ipairs(operations) do
   local line = {}
   for _, x in ipairs(values) do
      for _, y in ipairs(others) do
         line[#line + 1] = tostring(operation(x, y))
      end
   end
   print(table.concat(line, " "))
end
local function every(operation, x, y)
   local last
   for i = 1, 40 do last = operation(x, y) end
   return tostring(last)
end
for number, operation in ipairs(operations) do
   local line = {}
   for _, x in ipairs(values) do
      for _, y in ipairs(others) do line[#line + 1] = every(operation, x, y) end
   end
   print(number, table.concat(line, " "))
end

local shifts = { bit.lshift, bit.rshift, bit.arshift, bit.rol, bit.ror }
for _, shift in ipairs(shifts) do
   local x, y = 0x123456789abcdef0ULL, -81985529216486896LL
   for i = 0, 70 do
      x = x + shift(x, i)
      y = y - shift(y, i)
   end
   print(x, y)
end
local folded, flipped = 0LL, 5ULL
for i = 1, 100 do
   folded = bit.bor(bit.band(folded, -256), bit.bxor(i, 0x55LL))
   flipped = bit.bnot(flipped) + i
end
print(folded, flipped)

-- In memory.
local record = ffi.new("struct { int64_t plus; uint64_t minus; int32_t narrow; double real; }")
local list = ffi.new("int64_t[20]")
local wide = ffi.new("uint64_t[?]", 20)
for i = 1, 200 do
   record.plus = record.plus + i
   record.minus = record.minus - record.plus
   record.narrow = record.narrow + 1
   list[i % 20] = list[i % 20] + record.plus
   wide[i % 20] = list[i % 20] * 3 + wide[(i + 1) % 20]
   if i % 60 == 0 then record.narrow = record.plus record.real = record.plus end
end
print(record.plus, record.minus, record.narrow, record.real, list[7], wide[13])

-- Made of numbers.
local int64, made = ffi.typeof("int64_t"), 0LL
for i = 1, 100 do
   made = made + int64(i * 1.5) - ffi.cast("int64_t", -i / 3) + ffi.new("uint64_t", i)
end
print(made, ffi.istype("uint64_t", made))

-- Seen by others, and the same object for the rest of a turn.
local kept, names, count = {}, {}, 0
for i = 1, 60 do
   local x = 3LL * i
   kept[i] = x
   names[x] = i
   if names[x] == i and rawequal(kept[i], x) then count = count + 1 end
   if kept[i] == 3LL * i then count = count + 1 end
end
print(count, kept[1], kept[60], tostring(kept[30]))
local function through(x) return x, { value = x, x } end
local mixed
for i = 1, 60 do
   local x, t = through(i > 30 and 10LL + i or 10 + i)
   mixed = t.value + t[1] + x
end
print(mixed)

-- A variable that changes its type, one that a closure shares, and an error in the middle.
local changing = 1LL
for i = 1, 90 do
   if i == 40 then changing = 1 end
   if i == 70 then changing = 1ULL end
   changing = changing + i
end
print(changing)
local shared, closures = 0LL, {}
for i = 1, 50 do
   local own = shared + i
   closures[i] = function() own = own + 1LL return own end
   shared = closures[i]()
end
print(shared, closures[10](), closures[10]())
print(pcall(function()
   local x = 1LL
   for i = 1, 100 do
      x = x * 3
      if i == 90 then x = x + {} end
   end
end))
local text = {}
for x = 1, 30 do text[#text + 1] = tostring(x * 1000000007LL % 97) end
print(table.concat(text, " "))
local nested = 0ULL
for i = 1, 20 do
   local inner = 1ULL
   for j = 1, i do inner = inner * j % 1000003 end
   nested = nested + inner
end
print(nested)
local countdown = 60LL
local turns = 0
while countdown > 0 do countdown, turns = countdown - 1, turns + 1 end
print(countdown, turns)

-- The object that a turn has shown is the one that the next turn has.
local seen, hits, key = {}, 0, 1LL
for i = 1, 80 do
   if seen[key] then hits = hits + 1 end
   if i % 3 == 0 then
      key = key + 1LL
      seen[key] = true
   end
end
local constants, entries = {}, 0
for i = 1, 40 do
   local constant = 5LL
   constants[constant] = (constants[constant] or 0) + 1
end
for _, count in pairs(constants) do entries = entries + count end
local chain, length = {}, 0
for i = 1, 20 do chain[i * 1LL] = i end
for k, v in pairs(chain) do
   if chain[k] == v then length = length + v end
end
print(hits, entries, length)
