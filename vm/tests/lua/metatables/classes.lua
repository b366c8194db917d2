-- Single inheritance with super calls, class fields and tostring.
local function class(base)
  local c = {} c.__index = c
  if base then setmetatable(c, {__index = base}) end
  c.new = function(...) local o = setmetatable({}, c) if o.init then o:init(...) end return o end
  return c
end
local Animal = class()
function Animal:init(name) self.name = name end
function Animal:speak() return self.name .. " " .. self:sound() end
function Animal:sound() return "..." end
local Dog = class(Animal)
function Dog:init(name, tricks) Animal.init(self, name) self.tricks = tricks or {} end
function Dog:sound() return "woof" end
function Dog:learn(t) self.tricks[#self.tricks + 1] = t return self end
local Puppy = class(Dog)
function Puppy:sound() return Dog.sound(self):upper() end
Puppy.__tostring = function(p) return "Puppy(" .. p.name .. ")" end
local a, d, p = Animal.new("cat"), Dog.new("rex"), Puppy.new("bit")
print(a:speak(), d:speak(), p:speak())
print(#d:learn("sit"):learn("roll").tricks, #p.tricks, tostring(p))
Animal.legs = 4
print(a.legs, d.legs, p.legs)
Dog.legs = 3
print(a.legs, d.legs, p.legs)
print(rawget(p, "name"), rawget(p, "sound"), getmetatable(p) == Puppy)
