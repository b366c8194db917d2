-- pairs visits every key once, in sorted order here.
local function keys(t) local r = {} for k in pairs(t) do r[#r + 1] = tostring(k) end table.sort(r) return table.concat(r, " ") end
print(keys{}, keys{1, 2, 3}, keys{a = 1, b = 2}, keys{1, 2, x = 3, [10] = 4, [1.5] = 5, [true] = 6})
print(pcall(pairs))
print(pcall(pairs, nil))
print(pcall(pairs, 5))
print(pcall(pairs, "str"))
local f, s, c = pairs({}) print(f == next, type(s), c)
local t = {} for i = 1, 20 do t[i] = i end
local order = {} for k in pairs(t) do order[#order + 1] = k end print(table.concat(order, " "))
t[5], t[10] = nil, nil
local n = 0 for k, v in pairs(t) do n = n + v end print(n)
local m = setmetatable({x = 1}, {__pairs = function() error("not called") end, __index = {y = 2}})
print(keys(m))
for k, v in pairs({[false] = "f"}) do print(k, v) end
