-- n: 300000
-- Planets pulling at each other: float arithmetic on fields of records.
local sqrt = math.sqrt

local function solar_system()
  local year, mass = 365.24, 4 * math.pi * math.pi
  local bodies = {}
  local function body(m, x, y, z, vx, vy, vz)
    bodies[#bodies + 1] = {mass = m * mass, x = x, y = y, z = z, vx = vx * year, vy = vy * year, vz = vz * year}
  end
  body(1, 0, 0, 0, 0, 0, 0)
  body(9.5e-4, 4.84, -1.16, -0.10, 0.0017, 0.0077, -0.00007)
  body(2.9e-4, 8.34, 4.12, -0.40, -0.0028, 0.0050, 0.00002)
  body(4.4e-5, 12.89, -15.11, -0.22, 0.0030, 0.0024, -0.00003)
  body(5.2e-5, 15.38, -25.92, 0.18, 0.0027, 0.0016, -0.00010)
  return bodies
end

local function advance(bodies, count, dt)
  for i = 1, count do
    local a = bodies[i]
    local ax, ay, az, am = a.x, a.y, a.z, a.mass
    local vx, vy, vz = a.vx, a.vy, a.vz
    for j = i + 1, count do
      local b = bodies[j]
      local dx, dy, dz = ax - b.x, ay - b.y, az - b.z
      local distance2 = dx * dx + dy * dy + dz * dz
      local pull = dt / (distance2 * sqrt(distance2))
      local to_a, to_b = b.mass * pull, am * pull
      vx, vy, vz = vx - dx * to_a, vy - dy * to_a, vz - dz * to_a
      b.vx, b.vy, b.vz = b.vx + dx * to_b, b.vy + dy * to_b, b.vz + dz * to_b
    end
    a.vx, a.vy, a.vz = vx, vy, vz
    a.x, a.y, a.z = ax + vx * dt, ay + vy * dt, az + vz * dt
  end
end

local function energy(bodies)
  local sum = 0
  for i, a in ipairs(bodies) do
    sum = sum + 0.5 * a.mass * (a.vx ^ 2 + a.vy ^ 2 + a.vz ^ 2)
    for j = i + 1, #bodies do
      local b = bodies[j]
      sum = sum - a.mass * b.mass / sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2 + (a.z - b.z) ^ 2)
    end
  end
  return sum
end

return function(n)
  local bodies = solar_system()
  for _ = 1, n do advance(bodies, #bodies, 0.001) end
  return ("%.9f"):format(energy(bodies))
end
