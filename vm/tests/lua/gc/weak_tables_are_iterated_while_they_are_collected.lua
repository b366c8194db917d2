-- Entries that die during a traversal are skipped or seen, and those that live are seen once each.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "k"})
local kept = {}
for i = 1, 200 do
  local key = { i }
  w[key] = i
  if i % 3 == 0 then kept[#kept + 1] = key end
end
local seen, sum = {}, 0
for key, value in pairs(w) do
  if value % 17 == 0 then collectgarbage() end
  if value % 3 == 0 then
    assert(not seen[value])
    seen[value] = true
    sum = sum + value
  end
  key = nil
end
print(#kept, sum)
-- Entries may be removed on the way.
local left = 0
for key, value in pairs(w) do
  if value % 2 == 0 then w[key] = nil end
end
for key, value in pairs(w) do
  if value % 3 == 0 then left = left + 1 end
end
collect()
local n = 0
for _ in pairs(w) do n = n + 1 end
print(left, n)
local v = setmetatable({}, {__mode = "v"})
for i = 1, 100 do v[i] = { i } end
for i, value in pairs(v) do
  collectgarbage("step")
  assert(value[1] == i)
end
collect()
print(next(v) == nil, next(kept[1]))
