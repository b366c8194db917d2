-- Tables made in loops: few fields, many, in other orders, left half made, with arrays, metatables, and what the interpreter does with them after.
local function names(t)
  local list = {}
  for name, value in pairs(t) do list[#list + 1] = tostring(name) .. "=" .. tostring(value) end
  table.sort(list)
  return table.concat(list, " ")
end

local kept, last = {}, 0
local function keep(t)
  last = last % 5 + 1
  kept[last] = t
  return t
end

for i = 1, 200 do keep({x = i, y = i + 1}) end
print(names(kept[3]))

for i = 1, 200 do
  keep({a = i, b = i, c = i, d = i, e = i, f = i, g = i, h = i, i = i, j = i, k = i, l = i, m = i, n = i})
end
print(names(kept[2]))

-- More than the constructor says, keys twice, nil, and lists beside.
for i = 1, 200 do
  local t = {first = i, first = i + 1, nothing = nil, i, i * 2, last = "end"}
  t.second = i
  t.third = i % 2 == 0
  t.fourth = t.first
  t.nothing = i % 3 == 0 and i or nil
  t[3] = i
  keep(t)
end
print(names(kept[1]), names(kept[4]), #kept[1])

local Point = {}
Point.__index = Point
function Point.new(x, y)
  local self = setmetatable({}, Point)
  self.x = x
  self.y = y
  self.sum = x + y
  return self
end
function Point:more(n)
  self.more_of = n
  return self
end
for i = 1, 200 do keep(Point.new(i, -i):more(i)) end
print(names(kept[5]), getmetatable(kept[5]) == Point, kept[5]:more(7).more_of)

-- Left in the middle of a constructor: by an error, and by a type that changes.
local function broken(i)
  return {before = i, middle = i == 150 and nil + 1 or i, after = i}
end
local failed = 0
for i = 1, 200 do
  local ok, made = pcall(broken, i)
  if ok then keep(made) else failed = failed + 1 end
end
print(failed, names(kept[1]))
local values = {1, 2, "three", 4, {}, 6}
for i = 1, 240 do
  local value = values[i % 6 + 1]
  local t = {at = i, twice = type(value) == "number" and value * 2 or value, late = i}
  if i % 5 == 0 then t.extra = i else t.other = i end
  t.both = i
  keep(t)
end
for i = 1, 5 do kept[i].twice = nil end
print(names(kept[1]), names(kept[2]), names(kept[3]))

-- Tables in tables, in fields that are read again, and more keys than a shape has.
local tree
for i = 1, 120 do
  tree = {left = i % 10 ~= 0 and tree or nil, value = i, leaf = {i, name = "leaf" .. i % 3}}
end
local depth = 0
while tree do depth, tree = depth + 1, tree.left end
print(depth)
local source = {"for i = 1, 100 do t = {"}
for i = 1, 70 do source[#source + 1] = ("k%d = i + %d, "):format(i, i) end
source[#source + 1] = "} end return t"
local big = assert(loadstring("local t " .. table.concat(source)))()
local total = 0
for _, value in pairs(big) do total = total + value end
print(total, big.k1, big.k70)

-- Made only where the loop is left.
local function sunk(n)
  local result
  for i = 1, n do
    local t = {a = i, b = i * 2}
    t.c = t.a + t.b
    if t.c % 97 == 0 then
      t.d = "kept"
      result = t
    end
  end
  return result
end
print(names(sunk(300)))
collectgarbage()
print(names(kept[2]))
