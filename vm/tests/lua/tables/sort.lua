-- sort with default and custom order.
local function show(t) print(table.concat(t, " ")) end
local t = {5, 2, 8, 1, 9, 3, 7, 4, 6, 0}
table.sort(t) show(t)
table.sort(t, function(a, b) return a > b end) show(t)
local s = {"pear", "apple", "fig", "banana"}
table.sort(s) show(s)
table.sort(s, function(a, b) return #a < #b or #a == #b and a < b end) show(s)
local empty = {} table.sort(empty) print(#empty)
local one = {1} table.sort(one) show(one)
local same = {3, 3, 3, 3} table.sort(same) show(same)
local objs = {}
for i = 1, 40 do objs[i] = {k = (i * 7) % 41} end
table.sort(objs, function(a, b) return a.k < b.k end)
local ks = {} for i, o in ipairs(objs) do ks[i] = o.k end show(ks)
local big = {}
local x = 42
for i = 1, 200 do x = (x * 1103515245 + 12345) % 2147483648 big[i] = x end
table.sort(big)
local ok = true
for i = 2, #big do ok = ok and big[i - 1] <= big[i] end
print(ok, #big)
local mt = {__lt = function(a, b) return a.v < b.v end}
local m = {} for i, v in ipairs{3, 1, 2} do m[i] = setmetatable({v = v}, mt) end
table.sort(m) print(m[1].v, m[2].v, m[3].v)
