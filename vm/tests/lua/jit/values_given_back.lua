-- Variables that get back the value they had, after the interpreter has seen them with another.
local x, kept = 1, {}
for i = 1, 200 do
  local a = x
  x = 5
  kept[i % 7 + 1] = string.rep("a", x)
  x = a
  if i % 50 == 0 then kept[#kept + 1] = x print(i, x) end
end
print(x, #kept)
local y, z = "y", "z"
for i = 1, 120 do
  if i % 3 == 0 then
    y, z = z, y
    kept[1] = string.rep(y, 2) .. z
    y, z = z, y
  elseif i % 40 == 1 then
    print(y, z, kept[1])
  end
end
local function deep(n, value)
  if n == 0 then return value end
  local before = value
  value = {n}
  local r = deep(n - 1, before)
  value = before
  if n % 10 == 0 then print(n, value, r) end
  return value
end
for i = 1, 40 do deep(i, i) end
for k, v in pairs({10}) do
  local old = v
  for i = 1, 100 do v = tostring(i) kept[2] = v:rep(2) v = old if i % 30 == 0 then print(k, v) end end
end
