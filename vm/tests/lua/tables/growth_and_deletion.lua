-- Inserting and removing many keys keeps exactly the live ones.
local t = {}
for i = 1, 300 do t["k" .. i] = i end
for i = 1, 300, 2 do t["k" .. i] = nil end
local n, sum = 0, 0
for k, v in pairs(t) do n = n + 1 sum = sum + v end
print(n, sum, t.k1, t.k2, t.k300)
for i = 1, 300 do t["k" .. i] = nil end
print(next(t))
for round = 1, 5 do
  for i = 1, 50 do t[i * round] = i end
  for i = 1, 50 do t[i * round] = nil end
end
print(next(t), #t)
for i = -20, 20 do t[i] = i end
n = 0 for _ in pairs(t) do n = n + 1 end
print(n, #t, t[-20], t[0])
local q, head, tail = {}, 1, 1
for i = 1, 200 do q[tail] = i tail = tail + 1 if i % 3 == 0 then q[head] = nil head = head + 1 end end
print(q[head], tail - head)
