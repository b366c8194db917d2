-- Loops that resume and yield: what stands before a switch is compiled, and the rest of a turn is not spoilt.
local bodies = {}
for i = 1, 8 do bodies[i] = { x = i, y = 0, vx = 0.5, vy = 0.25, hits = 0 } end
local function move(b, dt)
  b.x = b.x + b.vx * dt
  b.y = b.y + b.vy * dt
  if b.x > 10 or b.x < 0 then
    b.vx = -b.vx
    b.hits = b.hits + 1
  end
  if b.y > 10 or b.y < 0 then b.vy = -b.vy end
  return math.floor(b.x * 16) + math.sqrt(b.y * b.y + 1)
end

local function all(dt)
  local s = 0
  for _, b in ipairs(bodies) do s = s + move(b, dt) end
  return s
end
local step = coroutine.wrap(function(dt)
  while true do
    local s = move(bodies[1], dt) + move(bodies[2], dt) * 2 + move(bodies[3], dt)
    dt = coroutine.yield(s)
  end
end)
local sum = 0
for i = 1, 400 do sum = sum + step(i % 3 * 0.1) end
print(sum, bodies[1].hits, bodies[2].hits)

-- A resume in the middle of a turn, with a status, and one that fails now and then.
local function worker(n)
  while true do
    local s = move(bodies[4], n * 0.01) + move(bodies[5], n * 0.02)
    if n % 150 == 149 then error("worker " .. n, 0) end
    n = coroutine.yield(s)
  end
end
local co, failures = coroutine.create(worker), {}
for i = 1, 400 do
  local before = move(bodies[6], 0.1) + move(bodies[7], 0.2) + move(bodies[8], 0.3)
  local ok, v = coroutine.resume(co, i)
  if ok then
    sum = sum + v + before + (i % 10 == 0 and all(0.05) or 0)
  else
    failures[#failures + 1] = v
    co = coroutine.create(worker)
  end
end
print(sum, table.concat(failures, ","))

-- Generators.
local function numbers(n)
  return coroutine.wrap(function()
    for i = 1, n do
      local x = (i * 7 + 3) % 11 + (i * 5 + 1) % 13 + (i * 3 + 2) % 17
      coroutine.yield(i, x)
    end
  end)
end
for i, x in numbers(300) do sum = sum + i * x + move(bodies[i % 8 + 1], 0.01) end
print(sum)
for round = 1, 60 do
  for i, x in numbers(round % 4) do sum = sum + i + x end
end
print(sum, (select(2, coroutine.running())))
