local p = {x = 1, vx = 0.25}
local function step(p, dt)
  p.x = p.x + p.vx * dt
end
for i = 1, 100 do
  step(p, 0.5)
end
return p.x
