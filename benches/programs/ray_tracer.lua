-- n: 220
-- A small ray tracer: spheres over a plane, shadows and mirrors; vectors are tables with operators.
local sqrt, floor, huge = math.sqrt, math.floor, math.huge

local Vector = {}
Vector.__index = Vector

local function vector(x, y, z) return setmetatable({x = x, y = y, z = z}, Vector) end

function Vector.__add(a, b) return vector(a.x + b.x, a.y + b.y, a.z + b.z) end
function Vector.__sub(a, b) return vector(a.x - b.x, a.y - b.y, a.z - b.z) end
function Vector.__mul(a, s) return vector(a.x * s, a.y * s, a.z * s) end
function Vector.__unm(a) return vector(-a.x, -a.y, -a.z) end
function Vector:dot(other) return self.x * other.x + self.y * other.y + self.z * other.z end
function Vector:unit() return self * (1 / sqrt(self:dot(self))) end

local Sphere = {}
Sphere.__index = Sphere

function Sphere:hit(origin, direction)
  local to_center = self.center - origin
  local along = to_center:dot(direction)
  local square = self.radius * self.radius - to_center:dot(to_center) + along * along
  if square < 0 then return nil end
  local root = sqrt(square)
  if along - root > 1e-4 then return along - root end
  if along + root > 1e-4 then return along + root end
end

function Sphere:normal(point) return (point - self.center):unit() end
function Sphere:color() return self.shade end

local Plane = {}
Plane.__index = Plane

function Plane:hit(origin, direction)
  if direction.y > -1e-6 and direction.y < 1e-6 then return nil end
  local distance = (self.height - origin.y) / direction.y
  if distance > 1e-4 then return distance end
end

function Plane:normal() return vector(0, 1, 0) end
function Plane:color(point) return (floor(point.x) + floor(point.z)) % 2 == 0 and 0.9 or 0.3 end

local function scene()
  local things = {setmetatable({height = -1, mirror = 0.1}, Plane)}
  for i = 0, 5 do
    things[#things + 1] = setmetatable({
      center = vector(i % 3 * 1.6 - 1.6, i * 0.3 - 0.4, 4 + i * 0.7), radius = 0.7, shade = 0.4 + i * 0.1, mirror = i % 2 * 0.4,
    }, Sphere)
  end
  return things, vector(4, 6, -3)
end

local function nearest(things, origin, direction)
  local best, found = huge, nil
  for i = 1, #things do
    local distance = things[i]:hit(origin, direction)
    if distance and distance < best then best, found = distance, things[i] end
  end
  return found, best
end

local function trace(things, light, origin, direction, depth)
  local thing, distance = nearest(things, origin, direction)
  if not thing then return 0.2 + 0.3 * (direction.y > 0 and direction.y or 0) end
  local point = origin + direction * distance
  local normal = thing:normal(point)
  local to_light = (light - point):unit()
  local brightness = 0.1
  local facing = normal:dot(to_light)
  if facing > 0 and not nearest(things, point, to_light) then brightness = brightness + facing * 0.9 end
  local color = thing:color(point) * brightness
  if thing.mirror > 0 and depth > 0 then
    local bounce = direction - normal * (2 * normal:dot(direction))
    color = color * (1 - thing.mirror) + thing.mirror * trace(things, light, point, bounce, depth - 1)
  end
  return color
end

return function(n)
  local things, light = scene()
  local eye, sum = vector(0, 0.5, -2), 0
  for y = 1, n do
    for x = 1, n do
      local direction = vector((x - n / 2) / n, (n / 2 - y) / n, 1):unit()
      sum = sum + floor(trace(things, light, eye, direction, 3) * 255)
    end
  end
  return sum
end
