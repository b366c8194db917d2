-- Tables made of lists in loops: forgotten, kept, grown, passed from turn to turn.
local sum = 0
for i = 1, 100 do
  local p = { i, i + 1, i * 2 }
  local q = { p[1] + p[3], p[2], name = i }
  sum = sum + q[1] + q[2] + q.name + #p + #q
  q[1] = q[2] + 1
  q[3] = i
  sum = sum + q[1] + #q
end
print(sum)
local kept = {}
for i = 1, 60 do
  local v = { i, tostring(i), { i } }
  if i % 20 == 0 then kept[#kept + 1] = v end
  v[4] = #v
  if i % 15 == 0 then kept[#kept + 1] = v end
end
for _, v in ipairs(kept) do print(v[1], v[2], v[3][1], v[4], #v) end
-- With holes, nil and other keys.
for i = 1, 40 do
  local t = { i, nil, 3, [5] = i, x = i > 20 and i or nil }
  sum = sum + t[1] + t[3] + t[5] + (t.x or 0) + (t[2] == nil and 1 or 0) + (t[7] == nil and 1 or 0)
end
print(sum)
-- From turn to turn.
local pair = { 0, 1 }
for i = 1, 50 do pair = { pair[2], (pair[1] + pair[2]) % 1000007 } end
print(pair[1], pair[2], #pair)
-- Vectors by a class.
local V = {}
V.__index = V
V.__add = function(a, b) return setmetatable({ a[1] + b[1], a[2] + b[2] }, V) end
V.__mul = function(a, n) return setmetatable({ a[1] * n, a[2] * n }, V) end
function V:dot(b) return self[1] * b[1] + self[2] * b[2] end
local function vec(x, y) return setmetatable({ x, y }, V) end
local at = vec(0, 0)
for i = 1, 200 do
  at = at + vec(i, -i) * 0.5
  sum = sum + at:dot(vec(1, 2))
  if i % 50 == 0 then print(at[1], at[2], getmetatable(at) == V) end
end
print(sum)
-- Iterated, compared, used as keys, given to the library.
local seen, text = {}, {}
for i = 1, 40 do
  local t = { i, i % 3, -i }
  for k, v in ipairs(t) do sum = sum + k * v end
  for k, v in pairs({ a = 1, t[1] }) do sum = sum + v end
  seen[t] = i
  if seen[t] ~= i or t == { i } then print("wrong") end
  table.sort(t)
  text[#text + 1] = table.concat(t, "/")
  text[#text + 1] = #table.concat({ i, "x", i })
end
print(sum, table.concat(text, " "))
-- Large ones.
for i = 1, 30 do
  local t = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 32, 33, 34, 35, i, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, i }
  sum = sum + t[36] + t[54] + #t
end
print(sum)
-- A table in itself.
for i = 1, 30 do
  local t = { i }
  t[2] = t
  t.self = t
  sum = sum + t[2][2].self[1]
end
print(sum)
