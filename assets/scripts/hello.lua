-- A behaviour: one instance of this class for every entity that carries the script.
-- Save this file while the game runs: the next frame runs the new version.
local Moon = {}

local SPEED = 90   -- degrees a second

function Moon:start()
  self.angle = 0
  print("hello from " .. tostring(self.entity))
end

function Moon:update(dt)
  self.angle = self.angle + math.rad(SPEED) * dt
  self.Transform.translation = Vec3(math.cos(self.angle), math.sin(self.angle), 0) * 200
end

return Moon
