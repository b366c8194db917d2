-- Behaviour of a flock's leader: wanders over the field and tells its flock where it is.
local flock = require "lib.flock"

local SPEED = 120    -- pixels a second
local TURN = 1.4     -- radians a second, at most

local Leader = { access = { "mut Transform", "Leader" } }

function Leader:start()
  self.heading = math.random() * 2 * math.pi
  self.turn = 0
  self.number = self.Leader.flock
end

function Leader:update(dt)
  -- A slow random walk of the turning rate, back to the middle at the edges.
  self.turn = self.turn * 0.98 + (math.random() - 0.5) * TURN * 0.3
  local transform = self.Transform
  local x, y = transform.translation.x, transform.translation.y
  if math.abs(x) > flock.width or math.abs(y) > flock.height then
    local home = math.atan2(-y, -x)
    local difference = (home - self.heading + math.pi) % (2 * math.pi) - math.pi
    self.turn = difference > 0 and TURN or -TURN
  end
  self.heading = self.heading + self.turn * dt
  x = x + math.cos(self.heading) * SPEED * dt
  y = y + math.sin(self.heading) * SPEED * dt
  transform.translation = Vec3(x, y, 1)
  flock.x[self.number], flock.y[self.number] = x, y
end

return Leader
