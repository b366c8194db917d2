-- Two traversals of an unchanged table agree; assignments do not disturb one.
local t = {}
for i = 1, 40 do t["key" .. i] = i t[i * 3] = -i end
local a, b = {}, {}
for k in pairs(t) do a[#a + 1] = tostring(k) end
for k in pairs(t) do b[#b + 1] = tostring(k) end
print(#a, table.concat(a) == table.concat(b))
local c = {} for k in pairs(t) do t[k] = 0 c[#c + 1] = tostring(k) end
print(table.concat(a) == table.concat(c))
local k, n = nil, 0 repeat k = next(t, k) if k ~= nil then n = n + 1 end until k == nil print(n)
