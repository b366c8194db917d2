-- Loops over elements: compiled code may take several turns at once, which nobody may notice.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { float x, y, z; } turns_point;
  typedef struct { double a; int32_t n; uint8_t small; float f; } turns_mixed;
]]
local function show(...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = ("%.11g"):format((select(i, ...))) end
  print(table.concat(out, " "))
end
local function sum(list, from, to)
  local all = 0
  for i = from, to do all = all + list[i] * (i + 1) end
  return all
end

-- As many turns as there are: even and odd numbers of them, one, none.
local function move(points, speeds, from, to, dt)
  for i = from, to do
    points[i].x = points[i].x + speeds[i].x * dt
    points[i].y = points[i].y + speeds[i].y * dt
    points[i].z = points[i].z + speeds[i].z * dt
  end
end
local points, speeds = ffi.new("turns_point[40]"), ffi.new("turns_point[40]")
for i = 0, 39 do speeds[i] = {i + 0.1, i / 3, -i} end
for round = 1, 3 do
  for last = -1, 39 do move(points, speeds, 0, last, 1 / 60) end
  for first = 0, 39 do move(points, speeds, first, 39, 1 / 7) end
end
for i = 0, 39 do show(points[i].x, points[i].y, points[i].z) end

-- Each element from the one before it, from the next, from two before.
local numbers = ffi.new("double[50]")
for i = 0, 49 do numbers[i] = i end
local function run(n) for i = 1, n do numbers[i] = numbers[i] + numbers[i - 1] * 0.5 end end
for round = 1, 6 do run(43) end
show(sum(numbers, 0, 49))
local function back(n) for i = 0, n do numbers[i] = numbers[i + 1] - 1 end end
for round = 1, 6 do back(48) end
show(sum(numbers, 0, 49))
local function far(n) for i = 2, n do numbers[i] = numbers[i - 2] * 0.25 + 1 end end
for round = 1, 6 do far(49) end
show(sum(numbers, 0, 49))
-- The same elements under two names, some bytes apart.
local bytes = ffi.new("float[90]")
for shift = 0, 4 do
  for i = 0, 89 do bytes[i] = i end
  local p, q = ffi.cast("turns_point *", bytes), ffi.cast("turns_point *", bytes + shift)
  local function both(n)
    for i = 0, n do
      p[i].x = q[i].z + 1
      p[i].z = q[i].x + 2
    end
  end
  for round = 1, 5 do both(23) end
  show(sum(bytes, 0, 89))
end

-- Other steps, and bounds that are no integers or come from elsewhere.
local function steps(first, last, step) for i = first, last, step do numbers[i] = numbers[i] * 0.5 + i end end
for round = 1, 4 do
  steps(0, 49, 1) steps(0, 49, 2) steps(1, 49, 3) steps(49, 0, -1) steps(48, 1, -2) steps(0, 48.5, 1)
end
show(sum(numbers, 0, 49))
local limit = { n = 49 }
local function asked() for i = 0, limit.n do numbers[i] = numbers[i] + 0.125 end end
for round = 1, 5 do asked() limit.n = limit.n - 1 end
show(sum(numbers, 0, 49))

-- Numbers of other types, and what goes from turn to turn.
local mixed = ffi.new("turns_mixed[31]")
local function fill(n, start)
  local carried, last = start, 0
  for i = 0, n do
    local m = mixed[i]
    m.a = m.a + carried
    m.n = i * 3 - 40
    m.small = i * 20
    m.f = last
    carried = carried * 0.5 + i
    last = m.a
  end
  return carried, last
end
for round = 1, 5 do show(fill(30 - round % 2, round)) end
local all = 0
for i = 0, 30 do all = all + mixed[i].a + mixed[i].n * 2 + mixed[i].small * 3 + mixed[i].f * 5 end
show(all)

-- A branch that depends on the count alone.
local function halves(n, middle)
  for i = 0, n do
    if i < middle then numbers[i] = numbers[i] + 1 else numbers[i] = numbers[i] - 2 end
  end
end
for round = 1, 6 do halves(49, 20 + round) end
show(sum(numbers, 0, 49))

-- Branches that depend on what is loaded: bounds that are not known before the turn.
local bounds = ffi.new("int32_t[50]")
for i = 0, 49 do bounds[i] = i % 9 == 0 and 3 or 1000 - i end
local function bounded(n)
  for i = 0, n do if i < bounds[i] then numbers[i] = numbers[i] + 1 end end
  for i = 0, n do if i <= bit.band(bounds[i], 63) then numbers[i] = numbers[i] + 0.5 end end
  for i = 0, n do numbers[bounds[i] % 50] = i end
end
for round = 1, 6 do bounded(49) end
show(sum(numbers, 0, 49))

-- The end of an array comes before that of the loop: all before it is done, in each of its fields.
local long, short = ffi.new("turns_point[30]"), ffi.new("struct { double v; }[20]")
for i = 0, 19 do short[i].v = i end
local function past(n)
  for i = 0, n do
    long[i].x = long[i].x + 1
    long[i].y = long[i].y + short[i].v
  end
end
for round = 1, 5 do past(19) end
local sized = pcall(past, 20)
if not sized then show(long[20].x - long[21].x) else show(1) end
show(long[19].x - (sized and 1 or 1), long[19].y, long[0].x, long[18].y)
local table_of = { ffi.new("double[8]"), {} }
local function each(which) for i = 0, 7 do which[i] = (which[i] or 0) + i end return which end
for round = 1, 6 do each(table_of[1]) each(table_of[2]) end
show(sum(table_of[1], 0, 7), sum(table_of[2], 0, 7))
