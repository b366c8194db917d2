-- A bullet hell. Each bullet is a table with a position and a velocity, and lives for a second.
local workload = require "lib.workload"

local FIRED = 120     -- bullets a frame
local LIFETIME = 60   -- frames

workload("bullets", function()
  local frames, angle, alive = {}, 0, 0
  return function(load, dt)
    local volley = {}
    for i = 1, FIRED * load do
      angle = angle + 2.399
      volley[i] = {
        position = { x = 0, y = 0 },
        velocity = { x = math.cos(angle) * 200, y = math.sin(angle) * 200 },
        damage = 1 + i % 3,
      }
    end
    frames[#frames + 1] = volley
    if #frames > LIFETIME then table.remove(frames, 1) end
    alive = 0
    for _, bullets in ipairs(frames) do
      for _, bullet in ipairs(bullets) do
        local position, velocity = bullet.position, bullet.velocity
        -- A new vector for each move, as scripts with a vector class do.
        bullet.position = { x = position.x + velocity.x * dt, y = position.y + velocity.y * dt }
        alive = alive + 1
      end
    end
  end
end)
