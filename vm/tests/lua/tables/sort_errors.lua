-- Invalid order functions and elements that do not compare.
print(pcall(table.sort, {1, "x", 2}))
print(pcall(table.sort, {{}, {}}))
print(pcall(table.sort, {1, 2, 3}, 5))
print(pcall(table.sort))
print(pcall(table.sort, {3, 2, 1}, function() error("cmp", 0) end))
local t = {}
for i = 1, 30 do t[i] = i end
print(pcall(table.sort, t, function() return true end))
print(pcall(table.sort, {1, 2, nil, 4}, nil) ~= nil)
print(pcall(function() table.sort({1, 2, 3}, function(a, b) return a.x < b.x end) end))
print(pcall(table.sort, {true, false}))
print(pcall(table.sort, {1, 2, 3}, nil))
