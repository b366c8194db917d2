-- Functions with loops inside that ask for globals and variables around them, called again and again with tables of all kinds.
local separator = " "
local function show(t)
  local parts = {}
  for k, v in next, t do parts[#parts + 1] = tostring(k) .. "=" .. tostring(v) end
  table.sort(parts)
  return table.concat(parts, separator)
end
local function full(t) local n = #t for i = 1, n do if t[i] == nil then t[i] = 0 end end return n end
local t, u = {}, {}
for i = 1, 30 do
  t[#t + 1] = i
  if i % 4 == 0 then u = {unpack(t)} end
  if i % 5 == 0 then t["k" .. i] = true end
  if i % 7 == 0 then u = {7, 7, a = 7, [3] = "three"} end
  if i % 11 == 0 then t = {i, x = i} end
  print(full(t), full(u), show(t), "|", show(u))
end
