-- Loops over elements take two turns at once.
local ffi = require("ffi")
local n = 41
local points, speeds = ffi.new("struct { float x, y, z; }[?]", n), ffi.new("double[?]", n)
for i = 0, n - 1 do speeds[i] = i end
local function move(points, speeds, n, dt)
  for i = 0, n - 1 do
    points[i].x = points[i].x + speeds[i] * dt
    points[i].z = points[i].z - dt
  end
end
for turn = 1, 5 do move(points, speeds, n, 0.5) end
local function scale(speeds, n, by)
  for i = n - 1, 1, -1 do speeds[i] = speeds[i] * by end
end
for turn = 1, 5 do scale(speeds, n, 2) end
