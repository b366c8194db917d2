-- One access site meets many shapes and classes while classes, fields and metatables change.
local classes, objects = {}, {}
for i = 1, 5 do
  local class = {level = i * 10, name = "class" .. i}
  class.__index = class
  function class:id() return self.level + i end
  classes[i] = class
end
for i = 1, 20 do
  local o = {v = i}
  if i % 2 == 0 then o.even = true end
  if i % 3 == 0 then o.third = i end
  o.w = -i
  objects[i] = setmetatable(o, classes[i % 5 + 1])
end
local function survey()
  local levels, ids, ws, thirds, missing = 0, 0, 0, 0, 0
  for _, o in ipairs(objects) do
    levels = levels + o.level
    ids = ids + o:id()
    ws = ws + o.w
    thirds = thirds + (o.third or 0)
    if o.missing == nil then missing = missing + 1 end
  end
  return levels, ids, ws, thirds, missing
end
print(survey()) print(survey())
classes[2].level = 1000 print(survey())
classes[3].level = nil print(pcall(survey))
classes[3].level = 7 print(survey())
classes[1].missing = "not any more" print(survey())
classes[1].missing = nil print(survey())
for i = 1, 40 do classes[4]["filler" .. i] = i end
print(survey())
for i = 1, 40 do classes[4]["filler" .. i] = nil end
classes[4].level = classes[4].level + 1 print(survey())
objects[3].third = nil print(survey()) print(objects[3].third)
classes[4].third = 300 print(objects[3].third, objects[6].third) print(survey())
objects[3].third = 5 print(objects[3].third, survey())
setmetatable(objects[1], classes[5]) print(survey())
setmetatable(objects[2], {__index = function(_, k) return k == "level" and 1 or k == "id" and function() return 2 end or nil end}) print(survey())
local function store(value) for _, o in ipairs(objects) do o.w = value end end
store(4) store(nil) print(pcall(survey)) store(5) print(survey())
local seen = 0
classes[1].__newindex = function(t, k, v) seen = seen + 1 rawset(t, k, v) end
store(nil) store(6) print(seen, survey()) store(7) print(seen)
classes[1].__newindex = nil
store(nil) store(8) print(seen, survey())
for _, c in ipairs(classes) do c.id = function(self) return self.w end end
print(survey())
setmetatable(classes[1], {__index = {level2 = "grandparent"}}) print(objects[5].level2, objects[1].level2)
getmetatable(classes[1]).__index.level2 = "changed" print(objects[5].level2)
getmetatable(classes[1]).__index = {level2 = "another"} print(objects[5].level2)
setmetatable(classes[1], nil) print(objects[5].level2)
collectgarbage() print(survey())
