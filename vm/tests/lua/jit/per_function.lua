-- Whatever is switched off, on and flushed on the way, results are the same.
local function sum(n)
  local total = 0
  for i = 1, n do total = total + i end
  return total
end
local function outer(n)
  local function inner(x) return x * 2 end
  local total = 0
  for i = 1, n do total = total + inner(i) + sum(3) end
  return total, inner
end
local function run() return sum(100), (outer(100)) end
print(run())
jit.off(sum)
print(run())
jit.off(outer, true)
print(run())
jit.on(outer, false)
print(run())
jit.flush(outer, true)
jit.on(outer)
jit.on(sum)
print(run())
for tr = 1, 20 do jit.flush(tr) end
print(run())
-- In the middle of a loop, of what it runs.
local n = 0
for i = 1, 200 do
  n = n + sum(i % 5)
  if i == 50 then jit.off(sum) elseif i == 100 then jit.on(sum) elseif i == 150 then jit.flush(sum) end
end
print(n)
local function switches()
  local n = 0
  for i = 1, 100 do
    n = n + i
    if i == 30 then jit.off(true) elseif i == 60 then jit.on(true, true) elseif i == 80 then jit.flush(true) end
  end
  return n
end
print(switches(), switches())
jit.off(true, true)
print(run(), switches())
jit.on(true, true)
print(run(), switches())
