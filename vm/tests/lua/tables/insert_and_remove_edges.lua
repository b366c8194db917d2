-- Positions outside the list, holes, wrong counts.
local function show(t) local keys = {} for k in pairs(t) do keys[#keys + 1] = k end table.sort(keys) local r = {} for i, k in ipairs(keys) do r[i] = k .. "=" .. tostring(t[k]) end return table.concat(r, " ") end
for _, position in ipairs{1, 2, 3, 4, 0, -1, 5, 7, 1.9, "2"} do local t = {"a", "b", "c"} print(position, pcall(table.insert, t, position, "x"), show(t)) end
for _, position in ipairs{1, 2, 3, 4, 0, -1, 5, 1.9, "2", 3.5} do local t = {"a", "b", "c"} print(position, pcall(table.remove, t, position), show(t)) end
print(pcall(table.insert)) print(pcall(table.insert, {})) print(pcall(table.insert, {}, 1, 2, 3)) print(pcall(table.insert, 1, 2)) print(pcall(table.insert, {}, "x", 1)) print(pcall(table.insert, {}, {}, 1)) print(pcall(table.insert, {}, nil, 1)) print(pcall(table.insert, nil, 1)) print(select("#", table.insert({}, 1)))
print(pcall(table.remove)) print(pcall(table.remove, 1)) print(pcall(table.remove, {}, "x")) print(pcall(table.remove, {}, {})) print(table.remove({})) print(select("#", table.remove({})), select("#", table.remove({}, 1)), select("#", table.remove({nil})), table.remove({1, 2}, nil))
local t = {} for i = 1, 10 do table.insert(t, 1, i) end print(show(t)) for _ = 1, 5 do table.remove(t, 1) end print(show(t)) t = {} table.insert(t, nil) print(#t) table.insert(t, 1, nil) print(#t) t = {1, 2, 3} table.insert(t, 2, nil) print(t[1], t[2], t[3], t[4])
t = setmetatable({}, {__newindex = function() error("no") end, __len = function() return 5 end}) table.insert(t, "raw") print(t[1], t[6])
