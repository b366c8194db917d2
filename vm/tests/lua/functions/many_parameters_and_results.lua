-- Calls with hundreds of values.
local names, values = {}, {}
for i = 1, 100 do names[i] = "p" .. i values[i] = i end
local f = loadstring("return function(" .. table.concat(names, ",") .. ") return p1 + p50 + p100, p100 end")()
print(f(unpack(values)))
print(select("#", (function(...) return ... end)(unpack(values))))
