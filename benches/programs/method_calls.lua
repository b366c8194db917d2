-- n: 3000000
-- Method calls on objects of a small class hierarchy.
local Shape = {}
Shape.__index = Shape

function Shape.new(class, size)
  return setmetatable({size = size, moves = 0, x = 0, y = 0}, class)
end

function Shape:move(dx, dy)
  self.x, self.y = self.x + dx, self.y + dy
  self.moves = self.moves + 1
  return self
end

function Shape:position() return self.x, self.y end

local Square = setmetatable({}, {__index = Shape})
Square.__index = Square
function Square:area() return self.size * self.size end

local Circle = setmetatable({}, {__index = Shape})
Circle.__index = Circle
function Circle:area() return self.size * self.size * 3 end

return function(n)
  local shapes = {Square:new(2), Circle:new(3), Square:new(4)}
  local area = 0
  for i = 1, n do
    local shape = shapes[i % 3 + 1]
    shape:move(1, -1)
    area = area + shape:area()
  end
  local x, y = shapes[1]:position()
  return area .. " " .. x .. " " .. y .. " " .. shapes[2].moves
end
