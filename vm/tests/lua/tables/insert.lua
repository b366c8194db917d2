-- insert at the end and in the middle; argument checks.
local t = {}
table.insert(t, "a") table.insert(t, "c") table.insert(t, 2, "b") table.insert(t, 1, "z") table.insert(t, 5, "end")
print(table.concat(t, ","), #t)
print(pcall(table.insert))
print(pcall(table.insert, {}))
print(pcall(table.insert, nil, 1))
print(pcall(table.insert, 5, 1))
print(pcall(table.insert, {}, 1, 2, 3))
print(pcall(table.insert, {}, "x", 2))
print(pcall(table.insert, {}, {}, 2))
print(select("#", table.insert({}, 1)))
local u = {1, 2, 3}
table.insert(u, "2", "two")
print(table.concat(u, ","))
table.insert(u, 2.9, "x")
print(table.concat(u, ","))
for i = 1, 20 do table.insert(u, 1, i) end
print(table.concat(u, " "), #u)
local m = setmetatable({}, {__newindex = function() error("insert is raw") end, __index = function() error("raw") end})
table.insert(m, 1)
print(rawget(m, 1))
