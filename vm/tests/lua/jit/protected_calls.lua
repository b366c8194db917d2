-- Calls through pcall and xpcall in loops: what errors leave behind, what is returned, and what a traceback shows.
local function divide(a, b)
  if b == 0 then error("zero") end
  return a / b, a
end

local fine, failed, sum = 0, 0, 0
for i = 1, 3000 do
  local ok, quotient, whole = pcall(divide, i, i % 500)
  if ok then
    fine, sum = fine + 1, sum + quotient * 0.5 + whole
  else
    failed = failed + 1
    assert(quotient:find("zero") and whole == nil)
  end
end
print(fine, failed, sum)

-- Any number of arguments and results.
local function total(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s, ...
end
sum = 0
for i = 1, 500 do
  local ok, s, x, y, z, none = pcall(total, i, 2, 3)
  sum = sum + s + x + y + z
  assert(ok and none == nil)
  sum = sum + select("#", pcall(total, i)) + ({ pcall(total, i, i) })[4]
  pcall(total)
end
print(sum)

-- Handlers get the error; arguments follow them.
local seen = {}
for i = 1, 400 do
  local ok, v = xpcall(function(x)
    if x % 130 == 0 then error({ code = x }) end
    return x * 2
  end, function(e) return type(e) == "table" and e.code or tostring(e) end, i)
  seen[i] = ok and v or -v
end
print(#seen, seen[129], seen[130], seen[260], seen[400])
for i = 1, 100 do
  local ok, e = xpcall(divide, function(e) return (debug.traceback(e, 2):gsub("[^\n]*/", ""):gsub("\n%s*%[C%]: at.*", "")) end, 1, i - 99)
  if not ok then print(e) end
end

-- Natives, and what is no function.
local c = 0
for i = 1, 300 do
  local ok, e = pcall(error, i)
  if not ok then c = c + e end
  local ok, s = pcall(tostring, i)
  c = c + #s
  local ok, s = pcall(tostring, setmetatable({}, { __tostring = function() return "four" end }))
  c = c + #s
  assert(not pcall(i % 7 == 0 and {} or nil))
  c = c + select(2, pcall(setmetatable({}, { __call = function(self, x) return x end }), i))
end
print(c, pcall(pcall), pcall(xpcall, print))

-- One in another, at the end of functions too, and tracebacks from within.
local trace
local function deep(i)
  if i == 250 then trace = debug.traceback("deep") end
  return i
end
local function outer(i)
  local ok, v = pcall(deep, i)
  return v + 1
end
local function safe(f, ...) return pcall(f, ...) end
local function safer(f, ...) return xpcall(f, tostring, ...) end
sum = 0
for i = 1, 300 do
  local ok, v = pcall(outer, i)
  local ok, w = safe(outer, i)
  local ok, x, y = safer(divide, i, i % 50)
  sum = sum + v + w + (ok and x + y or #x)
  if trace then
    print((trace:gsub("[^\n]*/", ""):gsub("\n%s*%[C%]: at.*", "")))
    trace = nil
  end
end
print(sum)

-- Variables that closures share, closed by an error.
local kept = {}
for i = 1, 300 do
  pcall(function()
    local x = i
    kept[#kept + 1] = function() x = x + 1 return x end
    if i % 3 == 0 then error("now") end
    x = x * 2
  end)
end
sum = 0
for i = 1, #kept do sum = sum + kept[i]() + kept[i]() end
print(#kept, sum)

-- A loop that is run by pcall, recursion through it, and yields across it.
local function add_up(n)
  local s = 0
  for i = 1, n do
    s = s + i
    if s > 10000 then error("too much", 0) end
  end
  return s
end
sum = 0
for i = 1, 200 do
  local ok, v = pcall(add_up, i)
  sum = sum + (ok and v or #v)
end
print(sum)
local function down(n)
  if n == 0 then return 0 end
  local ok, v = pcall(down, n - 1)
  return v + 1
end
sum = 0
for i = 1, 200 do sum = sum + down(i % 20) end
print(sum, down(150))
local step = coroutine.wrap(function()
  for i = 1, 200 do
    local ok, v = pcall(function() return coroutine.yield(i) * 2 end)
    assert(ok)
    sum = sum + v
  end
end)
local i = step()
while i do i = step(i) end
print(sum)
