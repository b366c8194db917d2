-- What the leaders and the ships of the swarm share: where each leader has been.
local flock = {
  -- Half the width and height of the field, in pixels.
  width = 620,
  height = 340,
  -- By flock number: where its leader was in the last frames, a list of points.
  trail = {},
}

return flock
