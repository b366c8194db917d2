-- What the leaders and the ships of the swarm share: where each flock is heading.
local flock = {
  -- Half the width and height of the field, in pixels.
  width = 620,
  height = 340,
  -- By flock number: the point its ships steer to.
  x = {},
  y = {},
}

return flock
