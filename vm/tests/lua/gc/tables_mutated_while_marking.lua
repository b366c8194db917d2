-- Objects moved between tables during a collection are not lost.
local a, b = {}, {}
for i = 1, 300 do a[i] = {id = i} end
for round = 1, 6 do
  collectgarbage("step", 1)
  for i = 1, 300 do
    if i % 3 == round % 3 then b[#b + 1] = a[i] a[i] = false end
    local garbage = {i, {i}}
  end
  collectgarbage("step", 1)
  for i = 1, 300 do if not a[i] then a[i] = table.remove(b) end end
end
collectgarbage()
local seen, sum = {}, 0
for i = 1, 300 do if a[i] then assert(not seen[a[i].id]) seen[a[i].id] = true sum = sum + a[i].id end end
for _, o in ipairs(b) do sum = sum + o.id end
print(sum)
local s = {} for i = 1, 200 do s["k" .. i] = "v" .. i if i % 10 == 0 then collectgarbage("step") end end
local n = 0 for k, v in pairs(s) do if "v" .. k:sub(2) == v then n = n + 1 end end print(n)
