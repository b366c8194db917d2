-- table.insert at the end of tables of all kinds, in loops.
local insert, remove = table.insert, table.remove
local t = {}
for i = 1, 500 do
  insert(t, i * 2)
  if i % 7 == 0 then insert(t, { x = i }) end
  if i % 11 == 0 then insert(t, 1, "first") end
  if i % 13 == 0 then remove(t) end
end
local kinds = {}
for _, v in ipairs(t) do kinds[type(v)] = (kinds[type(v)] or 0) + 1 end
print(#t, kinds.number, kinds.table, kinds.string, t[#t])

-- Fresh ones, that leave the loop and that do not.
local kept, sum = {}, 0
for i = 1, 300 do
  local list = {}
  insert(list, i)
  insert(list, i + 1)
  insert(list, list[1] + list[2])
  sum = sum + #list + list[3]
  if i % 50 == 0 then insert(kept, list) end
end
print(sum, #kept, kept[6][3])

-- Holes, nil, keys that are no elements, metatables, weak tables, and no tables.
local odd = { 1, 2, nil, 4, n = 0 }
for i = 1, 100 do
  insert(odd, i)
  odd.n = odd.n + 1
  if i == 40 then odd[#odd + 2] = "far" end
  if i == 60 then odd[5] = nil end
  if i > 90 then insert(odd, nil) end
end
print(#odd, odd.n, odd[#odd], odd[50])
local log = 0
local watched = setmetatable({}, { __newindex = function(t, k, v) log = log + 1 rawset(t, k, v) end, __len = function() return 0 end })
local weak = setmetatable({}, { __mode = "v" })
for i = 1, 100 do
  insert(watched, i)
  insert(weak, "s" .. i % 3)
  local ok, e = pcall(insert, i % 30 == 0 and "no table" or watched, i)
  if not ok and i == 30 then print((e:gsub("^.*bad", "bad"))) end
end
print(#watched, log, rawlen and rawlen(watched) or #watched, #weak)
for i = 1, 80 do
  local f = i < 60 and insert or function(t, v) t[#t + 1] = v + 1000 end
  f(watched, i)
end
print(#watched, watched[#watched], select("#", insert({}, 1)))
