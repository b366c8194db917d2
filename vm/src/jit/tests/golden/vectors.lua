-- Math types as values: nothing is made but where the loop is left.
local at, by, dt = Vec3(1, 2, 3), Vec3(0.5, 0, 1), 0.1
for i = 1, 100 do
  local v = Vec3(i, 1, by.z)
  at.x = (by * dt + v):dot(by)
end
