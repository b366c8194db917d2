-- The system that steers every ship after its leader and around it. Try other numbers while it runs.
local flock = require "lib.flock"

local PULL = 1.6        -- how strongly ships are drawn to their leader, per second
local SWIRL = 2.1       -- how strongly they circle around it
local TOP_SPEED = 190   -- pixels a second
local LAG = 60          -- how many frames behind the leader the last ships fly

system {
  name = "fly",
  query = { "mut Transform", "mut Ship" },
  run = function(q, dt)
    local sqrt, floor, trails = math.sqrt, math.floor, flock.trail
    for _, transform, ship in q:iter() do
      local position = transform.translation
      local x, y = position.x, position.y
      local spread = ship.spread
      local trail = trails[ship.flock]
      local target = trail and trail[#trail - floor(spread * LAG)] or position
      local dx, dy = target.x - x, target.y - y
      local vx = ship.vx + (dx * PULL - dy * SWIRL * spread) * dt
      local vy = ship.vy + (dy * PULL + dx * SWIRL * spread) * dt
      local speed = sqrt(vx * vx + vy * vy)
      if speed > TOP_SPEED then
        local slower = TOP_SPEED / speed
        vx, vy = vx * slower, vy * slower
      end
      ship.vx, ship.vy = vx, vy
      position.x, position.y = x + vx * dt, y + vy * dt
    end
  end,
}
