-- Overlaps, empty ranges, fractions and other tables.
local function row(t) local r = {} for i = -1, 8 do r[#r + 1] = tostring(t[i]) end return table.concat(r, " ") end
print(row(table.move({1, 2, 3}, 1, 3, 2))) print(row(table.move({1, 2, 3}, 2, 3, 1))) print(row(table.move({1, 2, 3}, 1, 3, 1))) print(row(table.move({1, 2, 3}, 1, 0, 5))) print(row(table.move({1, 2, 3}, 1, 3, 5))) print(row(table.move({1, 2, 3}, 1, 3, -1))) print(row(table.move({1, 2, 3}, 1, 3, 3, {9, 9}))) print(row(table.move({1, nil, 3}, 1, 3, 2)))
print(row(table.move({1, 2, 3}, "1", "2", "3"))) print(row(table.move({1, 2, 3}, 1.5, 2.5, 3.5)))
local t = {1} print(table.move(t, 1, 1, 2) == t, table.move(t, 1, 1, 1, {}) ~= t) local target = {} print(table.move(t, 1, 1, 1, target) == target)
print(pcall(table.move)) print(pcall(table.move, {})) print(pcall(table.move, {}, 1)) print(pcall(table.move, {}, 1, 1)) print(pcall(table.move, {}, 1, 1, "x")) print(pcall(table.move, {}, {}, 1, 1)) print(pcall(table.move, {}, 1, 1, 1, 1)) print(pcall(table.move, 1, 1, 1, 1)) print((pcall(table.move, {}, 1, 0, 1, nil)))
print(row(table.move(setmetatable({}, {__index = function(_, i) return "meta" .. i end}), 1, 3, 1, {}))) print(row(table.move({1, 2}, 1, 2, 1, setmetatable({}, {__newindex = function(t, k, v) rawset(t, k, v * 10) end}))))
