-- What is read from deep frames, and written into them, while a collection is under way.

local function fresh(i) return { "value " .. i, { i } } end
local function same(t, i) return t[1] == "value " .. i and t[2][1] == i end
local function busy(n)
  local last
  for i = 1, n do last = { i } end
  return last
end

local found, written, functions, environments = {}, {}, {}, {}

local function look()
  local level = 2
  while debug.getinfo(level, "f") do
    local n = 1
    while true do
      local name, value = debug.getlocal(level, n)
      if not name then break end
      if name == "mine" then found[#found + 1] = value end
      if name == "replaced" then
        assert(debug.setlocal(level, n, fresh(500)))
        found[#found + 1] = value
      end
      n = n + 1
    end
    functions[#functions + 1] = debug.getinfo(level, "f").func
    level = level + 1
  end
end

local function deep(n)
  local mine, replaced = fresh(n), fresh(n + 100)
  if n == 0 then
    busy(10)
    look()
    error("all these frames are dropped")
  end
  local result = deep(n - 1)
  written[#written + 1] = replaced
  return result, mine
end
local caught = pcall(function() deep(60) end)
busy(50)
local good = 0
for i = 0, 60 do
  if same(found[2 * i + 1], i) and same(found[2 * i + 2], i + 100) then good = good + 1 end
end
print(caught, #found, good, #functions > 60, type(functions[30]))

-- Written variables are read when the frames return.
local function returning(n)
  local replaced = fresh(n)
  if n == 0 then
    busy(10)
    local level = 2
    for _ = 1, 50 do
      for number = 1, 10 do
        if debug.getlocal(level, number) == "replaced" then debug.setlocal(level, number, fresh(700 + level)) end
      end
      level = level + 1
    end
    return
  end
  returning(n - 1)
  busy(2)
  written[n] = replaced
  replaced = nil
end
written = {}
returning(60)
local good = 0
for n = 1, 60 do
  if same(written[n], n <= 50 and 700 + n + 1 or n) then good = good + 1 end
end
print(good)

-- Environments by level.
local function with_environment(n)
  if n == 0 then
    busy(10)
    for level = 2, 40 do environments[level] = getfenv(level) end
    error("dropped")
  end
  local inner = setfenv(function(n) local r = with(n) return r end, { with = with_environment, number = n })
  local result = inner(n - 1)
  return result
end
pcall(with_environment, 30)
busy(50)
local numbers = 0
for level = 2, 40 do
  local number = environments[level] ~= _G and rawget(environments[level], "number")
  if number then numbers = numbers + number end
end
print(numbers)
