-- At most 200 locals in a function.
local function with(n) local t = {} for i = 1, n do t[i] = "local v" .. i .. " = " .. i end t[#t + 1] = "return v" .. n return loadstring(table.concat(t, "\n"), "=c") end
print(with(200)())
local f, e = with(201) print(f, e)
local names = {} for i = 1, 200 do names[i] = "a" .. i end
print(loadstring("local " .. table.concat(names, ",") .. " = 7 return a1, a200", "=c")())
local g, e2 = loadstring("local function inner() local " .. table.concat(names, ",") .. " local one_more end", "=c") print(g, e2)
