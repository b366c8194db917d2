-- Functions that call themselves in loops, whose loops have code of their own, and that are called from loops.
local state = 42
local function random(n) state = (state * 16807) % 2147483647 return state % n end
local function tree(depth)
  local kind = random(depth > 4 and 6 or 9)
  if kind < 6 then return random(2) == 0 end
  local t = {}
  for i = 1, random(5) do t[i] = tree(depth + 1) end
  if random(2) == 0 then t["k" .. random(10)] = tree(depth + 1) end
  return t
end
local function size(t)
  if type(t) ~= "table" then return 1 end
  local n = 0
  for _, v in pairs(t) do n = n + size(v) end
  return n
end
local sum = 0
for i = 1, 300 do
  local t = tree(0)
  sum = (sum * 31 + size(t)) % 1000003
  if i % 60 == 0 then print(i, sum, state) end
end
local function place(row, n, columns, rising, falling)
  if row > n then return 1 end
  local found = 0
  for column = 1, n do
    local up, down = row + column, row - column + n
    if not (columns[column] or rising[up] or falling[down]) then
      columns[column], rising[up], falling[down] = true, true, true
      found = found + place(row + 1, n, columns, rising, falling)
      columns[column], rising[up], falling[down] = false, false, false
    end
  end
  return found
end
for n = 1, 7 do print(n, place(1, n, {}, {}, {})) end
local function first(list, from, want)
  for i = from, #list do
    if type(list[i]) == "table" then
      local found, path = first(list[i], 1, want)
      if found then return found, i .. "." .. path end
    elseif list[i] == want then
      return i, "" .. i
    end
  end
end
local lists = {1, {2, {3, {4, 5}, 6}, {7}}, 8, {9, {10, {11}}}}
for i = 1, 60 do local at, path = first(lists, 1, i % 13) if i > 47 then print(i % 13, at, path) end end
local function stops(n, limit)
  for i = 1, n do
    if i == limit then error({n, i}) end
    if i > 2 then stops(i - 1, limit) end
  end
  return n
end
for limit = 2, 9 do
  local ok, e = pcall(stops, 8, limit)
  print(ok, ok and e or e[1] .. ":" .. e[2])
end
local function yields(t)
  for i = 1, #t do
    if type(t[i]) == "table" then yields(t[i]) else coroutine.yield(t[i]) end
  end
end
for _ = 1, 20 do
  local product = 1
  for v in coroutine.wrap(function() yields(lists) end) do product = product * v % 10007 end
  state = state + product
end
print(state)
