-- A deep stack is scanned from the top while its coroutine runs: frames below the part that is scanned come back by every way there is, and what
-- only they held is alive.

local function fresh(i) return { "value " .. i, { i } } end
local function same(t, i) return t[1] == "value " .. i and t[2][1] == i end
local function busy(n)
  local last
  for i = 1, n do last = { i } end
  return last
end

-- Plain returns, results in every number.
local function down(n, out)
  local a, b = fresh(n), fresh(-n)
  if n == 0 then busy(50) return a, b, n end
  local x, y, z = down(n - 1, out)
  -- What the frame held moves to a table made during the collection, and is gone from the stack.
  out[n] = { a, b }
  a, b = nil, nil
  busy(3)
  if n % 3 == 0 then return x elseif n % 3 == 1 then return x, y, z end
  return
end

local function check(out, depth)
  local good = 0
  for n = 1, depth do
    if same(out[n][1], n) and same(out[n][2], -n) then good = good + 1 end
  end
  return good
end

local out = {}
down(150, out)
print("returns", check(out, 150))

-- Through a coroutine that yields at the bottom, several times over.
local function yielding(n, out)
  local a = fresh(n)
  if n == 0 then
    for i = 1, 5 do coroutine.yield(i) end
    return
  end
  yielding(n - 1, out)
  if n % 7 == 0 then coroutine.yield(n) end
  out[n] = { a, fresh(-n) }
  a = nil
end
local out, steps = {}, 0
local co = coroutine.wrap(function() yielding(120, out) return "end" end)
repeat
  local result = co()
  busy(20)
  steps = steps + 1
until result == "end"
print("yields", steps, check(out, 120))

-- Tail calls in the guarded frame, varargs between.
local function tail(n, keep, out)
  if n == 0 then busy(20) return "tail" end
  local function last(n, ...) return tail(n - 1, select('#', ...) > 0 and (...), out) end
  if n % 2 == 0 then return last(n, keep, n) end
  local mine = fresh(n)
  local result = tail(n - 1, keep, out)
  out[n] = mine
  mine = nil
  return result
end
local out, good = {}, 0
print(tail(101, {}, out))
for n = 1, 101, 2 do if same(out[n], n) then good = good + 1 end end
print("tail calls", good)

local function spread(n, out, ...)
  if n == 0 then busy(20) return ... end
  local mine = fresh(n)
  local function collect(...)
    out[n] = { mine, fresh(-n), ... }
    mine = nil
    return ...
  end
  return collect(spread(n - 1, out, n, ...))
end
local out = {}
print(select('#', spread(60, out)), check(out, 60))

-- Metamethods, iterators and protected calls between plain ones.
local mt = {}
mt.__index = function(t, n)
  local mine = fresh(n)
  local v = n > 1 and t[n - 1] or busy(10)
  rawset(t, -n, mine)
  mine = nil
  return v
end
mt.__add = function(t, n)
  local mine = fresh(n)
  local v = n > 1 and t + (n - 1) or busy(10)
  t[-n] = mine
  mine = nil
  return v
end
for name, run in pairs { index = function(t) return t[90] end, add = function(t) return t + 90 end } do
  local t = setmetatable({}, mt)
  run(t)
  local good = 0
  for n = 1, 90 do if same(rawget(t, -n), n) then good = good + 1 end end
  assert(good == 90, name)
end
local out = {}
local function protected(n)
  local a, b = fresh(n), fresh(-n)
  if n == 0 then busy(20) return end
  if n % 4 == 0 then pcall(protected, n - 1)
  elseif n % 4 == 1 then for _ in protected, n - 1 do end
  else protected(n - 1) end
  out[n] = { a, b }
  a, b = nil
end
protected(100)
print("protected", check(out, 100))

-- Through natives that call back.
local out = {}
local function called_back(n)
  local a, b = fresh(n), fresh(-n)
  if n == 0 then busy(20) return "" end
  if n % 3 == 0 then
    string.gsub("x", "x", function() return called_back(n - 1) end)
  elseif n % 3 == 1 then
    table.sort({ 1, 2 }, function(x, y)
      if b then called_back(n - 1) out[n] = { a, b } a, b = nil end
      return x < y
    end)
  else
    called_back(n - 1)
  end
  out[n] = out[n] or { a, b }
  a, b = nil
  return ""
end
called_back(60)
print("natives", check(out, 60))
