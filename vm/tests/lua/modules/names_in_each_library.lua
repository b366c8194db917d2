-- The functions of every library table.
local function list(t) local r = {} for k, v in pairs(t) do r[#r + 1] = k .. ":" .. type(v):sub(1, 1) end table.sort(r) return table.concat(r, " ") end
print(list(coroutine))
print(list(table))
print(list(math))
print(list(os))
print(list(bit))
