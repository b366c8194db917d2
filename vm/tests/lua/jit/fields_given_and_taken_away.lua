-- Fields that loops set to nil and give back, with and without metatables, and what else is told of the tables after it.
local function names(t)
  local list = {}
  for name, value in pairs(t) do list[#list + 1] = name .. "=" .. tostring(value) end
  table.sort(list)
  return table.concat(list, " ")
end

local queue, taken = {}, 0
for i = 1, 300 do
  if queue.head then
    taken = taken + queue.head
    queue.head = nil
  else
    queue.head = i
    queue.last = queue.head ~= 7 and i or nil
  end
end
print(taken, names(queue), next({}, nil))

-- A class without `__newindex`, one with a function, one with a table, and none.
local plain = {}
plain.__index = plain
function plain:swap(value)
  local old = self.held
  self.held = value
  return old
end
local log = {}
local logged = setmetatable({}, {__index = plain})
local counted = {__index = plain, __newindex = function(t, key, value)
  log[#log + 1] = key
  rawset(t, key, value)
end}
local shadow = {}
local shadowed = {__index = plain, __newindex = shadow}
for round, meta in ipairs {plain, counted, shadowed, {__index = plain}} do
  local object = setmetatable({id = round, held = false}, meta)
  local nils = 0
  for i = 1, 200 do
    local value
    if i % 3 ~= 0 then value = i end
    if object:swap(value) == nil then nils = nils + 1 end
  end
  print(round, nils, names(object), #log, shadow.held)
end

-- `__newindex` comes while the loop runs.
local meta = {__index = plain}
local late, seen = setmetatable({held = 1}, meta), 0
for i = 1, 200 do
  late.held = nil
  if i == 150 then meta.__newindex = function() seen = seen + 1 end end
  late.held = i
end
print(late.held, seen)

-- A metatable comes while the loop runs.
local bare = {x = 1}
for i = 1, 200 do
  bare.x = nil
  if i == 120 then setmetatable(bare, {__newindex = function(t, k, v) rawset(t, k, -v) end}) end
  bare.x = i
end
print(bare.x)

-- Dictionaries, a table that is a metatable, and one that is weak.
local many = {}
for i = 1, 100 do many["key" .. i] = i end
for i = 1, 200 do
  many.key7 = i % 2 == 0 and i or nil
  many.key8 = nil
  many.key8 = many.key7
end
print(many.key7, many.key8, select(2, names(many):gsub("=", "")))
local class = {kind = "first"}
class.__index = class
local instance, kinds = setmetatable({}, class), 0
for i = 1, 200 do
  class.kind = nil
  if instance.kind == nil then kinds = kinds + 1 end
  class.kind = i
  if instance.kind == i then kinds = kinds + 1 end
end
print(kinds)
local weak = setmetatable({}, {__mode = "v"})
for i = 1, 200 do
  weak.item = nil
  weak.item = i
end
print(weak.item)

-- What is stored is known, whichever way it went.
local sum, cell = 0, {value = 0, other = 1}
for i = 1, 300 do
  cell.value = i % 4 ~= 0 and i or nil
  sum = sum + (cell.value or 0.5)
  cell.value, cell.other = cell.other, cell.value
  sum = sum + (cell.other or 0.25)
end
print(sum, cell.value, cell.other, names(cell))

-- nil fields in the middle of iterations.
local walked = {a = 1, b = 2, c = 3, d = 4}
for i = 1, 100 do
  walked.b = nil
  walked.d = i % 2 == 0 and i or nil
  local count = 0
  for _ in pairs(walked) do count = count + 1 end
  walked.b = count
end
print(names(walked))
