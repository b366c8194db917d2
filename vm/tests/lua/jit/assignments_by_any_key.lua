-- Assignments by keys of all kinds in loops: fields that come and go, tables that grow, metatables that begin to have a say.
local function show(t)
  local parts = {}
  for k, v in pairs(t) do parts[#parts + 1] = tostring(k) .. "=" .. tostring(v) end
  table.sort(parts)
  return "{" .. table.concat(parts, " ") .. "}"
end

-- Counting by name, taken away again when there are many.
local names, count = {"sword", "potion", "arrow", "shield", "gem"}, {}
for i = 1, 200 do
  local name = names[i % 5 + 1]
  count[name] = (count[name] or 0) + 1
  if count[name] > 7 + i % 3 then count[name] = nil end
end
print(show(count))

-- Keys of several types, in one place of the program.
local keys = {1, "one", 1.5, true, -0, 2^53, "", false, 3, print, 100, -1, 1/0}
local mixed = {}
for round = 1, 6 do
  for i = 1, #keys do
    local key = keys[i]
    if round == 5 and i % 3 == 0 then mixed[key] = nil else mixed[key] = (mixed[key] or 0) + round end
  end
end
local sum = 0
for i = 1, #keys do sum = sum * 3 % 1000003 + (mixed[keys[i]] or 0) end
print(sum, mixed[0], mixed[1], mixed[print], #mixed)

-- Keys that are none: what there was stays.
local t = {}
for i = 1, 60 do
  local key = i
  if i == 40 then key = nil elseif i == 50 then key = 0/0 end
  local fine, message = pcall(function() t[key] = i end)
  if not fine then print(i, message) end
end
print(#t, t[39], t[40], t[41])

-- New fields of tables that others know, of every shape, by name and by variable.
local objects = {}
for i = 1, 40 do
  local object = {id = i}
  objects[i] = object
  if i % 2 == 0 then object.even = true end
  if i % 3 == 0 then object.third = i elseif i % 5 == 0 then object["k" .. i % 7] = i end
end
for i = 1, 40, 9 do print(show(objects[i])) end
for i = 1, 40 do
  local object = objects[i]
  object.id, object.name = nil, "n" .. i
end
for i = 1, 40, 13 do print(show(objects[i])) end

-- Objects of classes get fields; then the class wants to know.
local class = {}
class.__index = class
function class.new(x) local self = setmetatable({}, class) self.x = x self.y = x * 2 return self end
function class:grow(by) self.size = (self.size or 0) + by self.last = by return self end
local kept, seen = {}, {}
for i = 1, 120 do
  local object = class.new(i)
  object:grow(i % 7)
  if i % 10 == 0 then kept[#kept + 1] = object end
  if i == 60 then class.__newindex = function(self, key, value) seen[#seen + 1] = key rawset(self, key, value) end end
  if i == 90 then class.__newindex = seen end
  if i == 110 then class.__newindex = nil end
end
for i = 1, #kept do print(show(kept[i])) end
print(#seen, seen[1], seen[#seen], show({x = seen.x, y = seen.y, size = seen.size}))

-- What is not there in an object whose class says where it goes.
local log = setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, "<" .. tostring(v) .. ">") end})
for i = 1, 80 do log["k" .. i % 9] = i end
print(show(log))

-- A table is a metatable meanwhile, and gets what metatables have.
local meta = {}
local proxy = setmetatable({}, meta)
local got = {}
local slots = {"a", "b", "__index", "c", "__index", "d"}
for i = 1, 90 do
  local key = slots[i % 6 + 1]
  if key == "__index" then meta[key] = i % 4 == 0 and {x = i} or nil else meta[key] = i end
  got[#got + 1] = tostring(proxy.x)
end
print(table.concat(got, " ", 60))

-- Tables whose keys are weak, or come to be.
local weak = setmetatable({}, {__mode = "k"})
local anchors = {}
for i = 1, 60 do
  local target = i % 2 == 0 and weak or {}
  if i == 30 then setmetatable(target, {__mode = "v"}) end
  anchors[i % 5 + 1] = {}
  target[anchors[i % 5 + 1]] = i
  target.fixed = i
end
collectgarbage()
local alive = 0
for k in pairs(weak) do alive = alive + 1 end
print(alive <= 6, weak.fixed)

-- Globals that are new.
setfenv(1, setmetatable({}, {__index = _G}))
for i = 1, 50 do
  if i % 2 == 0 then even = i else odd = i end
  if i > 45 then late = (late or 0) + i end
end
print(even, odd, late, _G.even)
