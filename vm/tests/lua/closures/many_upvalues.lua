-- Up to 60 captured variables.
local src = {}
for i = 1, 59 do src[#src + 1] = "local v" .. i .. " = " .. i end
src[#src + 1] = "return function() return "
local names = {}
for i = 1, 59 do names[i] = "v" .. i end
local f = loadstring(table.concat(src, "\n") .. table.concat(names, "+") .. " end")()
print(f())
for i = 60, 70 do table.insert(src, #src, "local v" .. i .. " = " .. i) names[i] = "v" .. i end
local f2, e = loadstring(table.concat(src, "\n") .. table.concat(names, "+") .. " end", "=c")
print(f2 and "compiled", e)
