-- `pairs` and `next` in loops: every part a table has, changed on the way, of changing types, left early, ended.
local function sorted(t) table.sort(t) return table.concat(t, " ") end
local function contents(t)
  local parts, n = {}, 0
  for k, v in pairs(t) do n = n + 1 parts[n] = tostring(k) .. ":" .. tostring(v) end
  return sorted(parts)
end
local tables = {
  {}, {1}, {1, 2, 3}, {a = 1}, {a = 1, b = 2, c = 3}, {1, 2, x = 3}, {[1.5] = 1, [2^40] = 2}, {[true] = 1, [false] = 0},
  {nil, 2}, {1, nil, 3}, {a = "text", b = 2, c = true, d = {}},
}
tables[11].d = 4
local big = {}
for i = 1, 70 do big["k" .. i] = i big[i] = -i end
tables[#tables + 1] = big
for round = 1, 8 do
  local total, entries = 0, 0
  for i = 1, #tables do
    for k, v in pairs(tables[i]) do
      entries = entries + 1
      if type(v) == "number" then total = total + v end
      if type(k) == "number" then total = total + k % 3 end
    end
  end
  if round % 4 == 0 then print(total, entries) end
end
for i = 1, #tables - 1 do print(contents(tables[i])) end

-- Fields are changed and taken away on the way.
local t = {}
for round = 1, 20 do
  for i = 1, 12 do t["f" .. i] = i t[i] = i end
  local n = 0
  for k, v in pairs(t) do
    n = n + v
    if (v + round) % 3 == 0 then t[k] = nil elseif v % 2 == 0 then t[k] = v + 100 end
  end
  if round % 7 == 0 then print(n, contents(t)) end
end

-- Left early, by `break`, `return`, an error; begun again.
local function find(t, wanted)
  for k, v in pairs(t) do if v == wanted then return k end end
  return nil
end
local found = {}
for i = -70, 75, 5 do found[#found + 1] = tostring(find(big, i)) end
print(table.concat(found, " "))
local function all(t, limit)
  local n = 0
  for k, v in pairs(t) do
    n = n + 1
    if n > limit then error("too many", 0) end
  end
  return n
end
for limit = 100, 145, 9 do print(pcall(all, big, limit)) end

-- `next` by hand, with keys that were never there, and those that are gone.
local function walk(t)
  local n, k, v = 0, next(t)
  while k ~= nil do n = n + (type(v) == "number" and v or 1) k, v = next(t, k) end
  return n
end
for i = 1, #tables do print(walk(tables[i])) end
for i = 1, 40 do
  local start = i > 30 and "missing" or nil
  local fine, message = pcall(function()
    local n = 0
    for k in next, {a = 1, b = 2}, start do n = n + 1 end
    return n
  end)
  if i % 10 == 0 or i == 31 then print(fine, (tostring(message):gsub("^.-:%d+: ", ""))) end
end

-- Loops in loops, with one and three variables.
local sum = 0
for i = 1, 30 do
  for k in pairs(tables[6]) do
    for k2, v2, nothing in pairs(tables[5]) do
      sum = sum + v2 * (type(k) == "number" and k or 10)
      if nothing ~= nil then sum = -1 end
    end
  end
end
print(sum)

-- What is copied is equal; functions that call themselves in the loop.
local function copy(t)
  local r = {}
  for k, v in pairs(t) do if type(v) == "table" then r[k] = copy(v) else r[k] = v end end
  return r
end
local function equal(a, b)
  for k, v in pairs(a) do
    if type(v) == "table" then if not equal(v, b[k]) then return false end elseif b[k] ~= v then return false end
  end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
local source = {a = 1, b = {c = 2, d = {e = 3, f = {1, 2, 3}}}, g = "x", 5, 6, {7, {8}}}
local same = 0
for i = 1, 40 do
  source.b.d.f[i % 5 + 1] = i
  local copied = copy(source)
  if equal(source, copied) then same = same + 1 end
  copied.b.c = i
  if equal(source, copied) then same = same + (i == 2 and 0 or 1000) end
end
print(same)

-- Other iterators in the same loop, and `next` itself replaced.
local iterators = {pairs, ipairs, function(t) return next, t end, function(t)
  return function(s, k) local k2, v = next(s, k) return k2, v end, t
end}
local n = 0
for i = 1, 60 do
  for k, v in iterators[i % 4 + 1](tables[3]) do n = n + k * v end
end
print(n)

-- Tables with weak keys and values, and a proxy.
local weak = setmetatable({}, {__mode = "v"})
local kept = {}
for i = 1, 10 do kept[i] = {i} weak["w" .. i] = kept[i] end
local seen = 0
for i = 1, 30 do for k, v in pairs(weak) do seen = seen + v[1] end end
print(seen)
