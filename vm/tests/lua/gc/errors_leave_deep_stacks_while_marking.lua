-- An error drops frames that the collector has not come to: what lies below is alive, and what the slots held is never looked at again.

local function fresh(i) return { "value " .. i, { i } } end
local function same(t, i) return t[1] == "value " .. i and t[2][1] == i end
local function busy(n)
  local last
  for i = 1, n do last = { i } end
  return last
end

local function deep(n)
  local a, b, c = fresh(n), fresh(-n), {}
  if n == 0 then busy(30) error({ "thrown", fresh(0) }) end
  deep(n - 1)
  return a, b, c
end

local function middle(n, out)
  local a, b = fresh(n), fresh(-n)
  if n == 0 then
    for round = 1, 3 do
      local ok, e = pcall(deep, 80)
      assert(not ok and e[1] == "thrown" and same(e[2], 0))
      -- Registers above are used again without being set.
      busy(10)
    end
    return
  end
  middle(n - 1, out)
  out[n] = { a, b }
  a, b = nil
end

local function check(out, depth)
  local good = 0
  for n = 1, depth do
    if same(out[n][1], n) and same(out[n][2], -n) then good = good + 1 end
  end
  return good
end

local out = {}
middle(60, out)
print("pcall", check(out, 60))

-- From the bottom of a stack to its top, through a coroutine that has yielded there.
local co = coroutine.create(function()
  local kept = fresh(1)
  local function bottom(n)
    local mine = fresh(n)
    if n == 0 then
      coroutine.yield("deep")
      error("from the bottom")
    end
    bottom(n - 1)
    return mine
  end
  local ok, message = pcall(bottom, 150)
  busy(20)
  coroutine.yield(ok, (message:gsub("^.-:%d+: ", "")))
  local moved = { kept }
  kept = nil
  busy(20)
  return same(moved[1], 1)
end)
print(coroutine.resume(co))
busy(30)
print(coroutine.resume(co))
print(coroutine.resume(co))

-- The handler of an xpcall is found in a frame that is not scanned.
local seen
local function with_handler(n)
  local handler
  do
    local marker = fresh(n)
    handler = function(e) busy(5) seen = marker return { e, marker } end
  end
  local ok, r = xpcall(deep, handler, 50)
  handler = nil
  busy(10)
  return not ok and same(r[2], n) and same(seen, n) and same(r[1][2], 0)
end
local good = 0
for n = 1, 10 do if with_handler(n) then good = good + 1 end end
print("handlers", good)

-- Variables that closures have captured outlive the frames, whether they were written before or after.
local closures = {}
local function capturing(n)
  local mine, other = fresh(n), n
  closures[n] = function(v) if v then mine = v end other = other + 1 return mine, other end
  if n == 0 then
    for i = 0, 60, 2 do closures[i](fresh(1000 + i)) end
    busy(20)
    error("over")
  end
  capturing(n - 1)
end
pcall(capturing, 60)
busy(20)
local good = 0
for i = 0, 60 do
  local v, count = closures[i]()
  if same(v, i % 2 == 0 and 1000 + i or i) and count == i + (i % 2 == 0 and 2 or 1) then good = good + 1 end
end
print("captured", good)

-- A coroutine dies with a deep stack, and is looked at afterwards.
local co = coroutine.create(function() deep(70) end)
print((coroutine.resume(co)))
busy(50)
print(coroutine.status(co), #debug.traceback(co) > 100)
