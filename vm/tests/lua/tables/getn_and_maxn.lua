-- Lengths and largest keys.
print(table.getn({}), table.getn({1, 2, 3}), table.getn({n = 5}), table.getn({1, nil}), table.maxn({}), table.maxn({1, 2, 3}), table.maxn({[10] = 1, [2.5] = 1}), table.maxn({[-1] = 1}), table.maxn({a = 1}), table.maxn({[1e300] = 1}), table.maxn({[1/0] = 1}), table.maxn({1, 2, nil, 4}), table.maxn({[0] = 1}), table.maxn({[0.5] = 1}))
for _, name in ipairs{"getn", "maxn"} do local f = table[name] print(name, pcall(f)) print(name, pcall(f, nil)) print(name, pcall(f, 1)) print(name, pcall(f, "x")) end
local t = setmetatable({1, 2}, {__len = function() return 10 end}) print(table.getn(t), #t, table.maxn(t)) print(table.setn, table.pack, table.unpack)
