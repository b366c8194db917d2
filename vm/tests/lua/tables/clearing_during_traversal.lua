-- Existing fields may be assigned or cleared while pairs runs.
local t = {}
for i = 1, 50 do t["k" .. i] = i end
local n = 0
for k, v in pairs(t) do t[k] = nil n = n + v end
print(n, next(t))
for i = 1, 30 do t[i] = i end
for k, v in pairs(t) do t[k] = v * 2 end
local s = 0 for _, v in pairs(t) do s = s + v end print(s)
for k in pairs(t) do if k % 2 == 0 then t[k] = nil end end
s = 0 for _, v in pairs(t) do s = s + v end print(s)
local u = {a = 1, b = 2, c = 3}
for k in pairs(u) do for j in pairs(u) do u[j] = u[j] + 1 end end
print(u.a, u.b, u.c)
