-- Behaviour of a flock's leader: wanders over the field and tells its flock where it is.
local flock = require "lib.flock"

local SPEED = 120    -- pixels a second
local TURN = 1.4     -- radians a second, at most
local TRAIL = 90     -- points a leader remembers

local Leader = { access = { "mut Transform", "Leader" } }

function Leader:start()
  self.heading = math.random() * 2 * math.pi
  self.turn = 0
  self.number = self.Leader.flock
  self.trail = {}
  flock.trail[self.number] = self.trail
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
  -- The newest point is the last; ships follow older ones the farther out they fly.
  local trail = self.trail
  trail[#trail + 1] = { x = x, y = y }
  if #trail > TRAIL then table.remove(trail, 1) end
end

return Leader
