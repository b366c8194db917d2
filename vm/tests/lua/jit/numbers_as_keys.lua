-- Numbers that are no indices of an array are looked up and assigned in compiled loops: absent and there, removed and back, in small and in large
-- tables, beside arrays and strings, in weak tables, and with metatables.
local function fill(t, count, scale)
   for i = 1, count do
      local key = i * scale + 0.5
      if not t[key] then t[key] = i end
   end
   local sum = 0
   for i = 1, count + 5 do
      local value = t[i * scale + 0.5]
      if value then sum = sum + value end
   end
   return sum
end
print(fill({}, 3, 1000), fill({}, 8, 1000), fill({}, 9, 1000), fill({}, 700, 1e9), fill({ 1, 2, 3 }, 90, 7))
print(fill({ name = "x", other = "y" }, 60, 3), fill(setmetatable({}, { __mode = "k" }), 60, 3))

-- Integers: beyond the array, and on their way into it.
local function integers(t, from, to, step)
   for i = from, to, step do t[i] = (t[i] or 0) + i end
   local sum, count = 0, 0
   for key, value in pairs(t) do sum, count = (sum + key * value) % 1000003, count + 1 end
   return sum, count, #t
end
local shared = {}
for round = 1, 4 do
   print(integers(shared, 1000000, 1000200, 2))
   print(integers(shared, 100, 1, -1))
   print(integers(shared, 101, 160, 1))
   print(integers(shared, -30, 0, 1))
end

-- What is removed is not there, and may come back.
local set = {}
for round = 1, 6 do
   for i = 1, 50 do set[i * 1e6] = round end
   for i = 1, 50, round do set[i * 1e6] = nil end
   local left = 0
   for i = 1, 50 do if set[i * 1e6] then left = left + 1 end end
   io.write(left, " ")
end
print(next(set) ~= nil)

-- Zeros, not-a-numbers, infinities.
local odd = {}
local keys = { 0, -0.0, 0.5, -0.5, math.huge, -math.huge, 2 ^ 53, -2 ^ 53, 2 ^ 63, 1e300 }
for round = 1, 40 do
   for _, key in ipairs(keys) do odd[key] = (odd[key] or 0) + 1 end
end
for _, key in ipairs(keys) do io.write(odd[key], " ") end
print(odd[0 / 0], pcall(function() for i = 1, 100 do odd[i < 90 and 7.5 or 0 / 0] = i end end))

-- With metatables.
local asked, given = 0, 0
local watched = setmetatable({}, {
   __index = function(_, key) asked = asked + 1 return key > 40 and key or nil end,
   __newindex = function(t, key, value) given = given + 1 if key % 2 == 0 then rawset(t, key + 0.5, value) end end,
})
local sum = 0
for i = 1, 80 do
   local key = i + 0.5
   sum = sum + (watched[key] or 0)
   watched[i] = i
end
print(sum, asked, given)

-- A table gets its metatable in the middle of the loop.
local late, caught = {}, 0
for i = 1, 100 do
   if i == 60 then setmetatable(late, { __newindex = function() caught = caught + 1 end }) end
   late[i * 100] = i
   if late[i * 100] == nil then caught = caught + 1000 end
end
print(caught)

-- What a function's variable is does not change, or does.
local unchanged, changed = { [0.5] = 1 }, { [0.5] = 1 }
local function read() return unchanged[0.5] + changed[0.5] end
local total = 0
for i = 1, 120 do
   if i == 70 then changed = { [0.5] = 100 } end
   if i == 90 then unchanged[0.5] = 7 end
   total = total + read()
end
print(total)
local readers = {}
for i = 1, 30 do
   local own = { [i * 1.5] = i }
   readers[i] = function(key) return own[key] or 0 end
end
total = 0
for round = 1, 4 do
   for i = 1, 30 do total = total + readers[i](i * 1.5) + readers[i](i) end
end
print(total)
