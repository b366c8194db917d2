-- One call site seeing many classes and changing methods.
local classes = {}
for i = 1, 10 do
  local C = {} C.__index = C
  C["pad" .. i] = true
  function C:id() return i * 10 + self.v end
  classes[i] = C
end
local function call(o) return o:id() end
local s = 0
for round = 1, 3 do
  for i = 1, 10 do s = s + call(setmetatable({v = round}, classes[i])) end
end
print(s)
local o = setmetatable({v = 1}, classes[1])
print(call(o))
classes[1].id = function() return "replaced" end
print(call(o))
o.id = function() return "own" end
print(call(o))
o.id = nil
print(call(o))
classes[1].id = nil
print(pcall(call, o))
classes[1].__index = function(_, k) return function() return "dynamic " .. k end end
print(call(o))
setmetatable(o, classes[2])
print(call(o))
setmetatable(o, nil)
print(pcall(call, o))
