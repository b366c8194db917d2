-- remove from the end, the middle, and an empty table.
local t = {"a", "b", "c", "d"}
print(table.remove(t), table.remove(t, 1), table.concat(t, ","), #t)
print(table.remove(t, 2), table.remove(t), table.remove(t), #t)
print(select("#", table.remove({})), table.remove({}), table.remove({}, 1))
print(table.remove({1, 2, 3}, 3), table.remove({1, 2, 3}, "1"))
print(pcall(table.remove))
print(pcall(table.remove, nil))
print(pcall(table.remove, {}, "x"))
local q = {}
for i = 1, 30 do q[i] = i end
local sum = 0
while #q > 0 do sum = sum * 3 % 1000 + table.remove(q, #q % 3 + 1 > #q and 1 or #q % 3 + 1) end
print(sum, #q)
local u = {1, 2, 3}
print(table.remove(u, 5), #u, table.remove(u, 4), #u)
