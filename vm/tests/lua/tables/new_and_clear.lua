-- Preallocated and emptied tables.
local new, clear = require("table.new"), require("table.clear")
print(table.new == new, table.clear == clear, package.loaded["table.new"] == new, rawget(table, "new") == new)
print(next(new(10, 10)), #new(100, 0), next(new(0, 0)), next(new(-1, 0)), #new(1.9, "2")) for _, n in ipairs{-1, -2^31, 2^31, 2^27, 1e300} do print(n, pcall(new, 0, n)) end print(pcall(new, 2^28, 0)) print(pcall(new, -2, 0)) print(pcall(new)) print(pcall(new, 1)) print(pcall(new, "x", 1)) print(pcall(new, 1, {})) print(pcall(new, nil, 1))
local t = new(3, 3) for i = 1, 20 do t[i] = i t["k" .. i] = i end print(#t, t.k20)
local meta = {__index = {inherited = true}} setmetatable(t, meta) print(clear(t), next(t), #t, getmetatable(t) == meta, t.inherited) t[1] = "again" t.x = "y" print(t[1], t.x, #t) print(pcall(clear)) print(pcall(clear, 1)) print(pcall(clear, nil)) print(select("#", clear({})))
t = {1, 2, 3, a = 1} for k in pairs(t) do clear(t) break end print(next(t)) print(pcall(clear, setmetatable({}, {__newindex = error, __metatable = "locked"})))
