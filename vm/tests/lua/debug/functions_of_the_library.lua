-- The names in the library.
local names = {}
for name, f in pairs(debug) do names[#names + 1] = name .. ":" .. type(f) end
table.sort(names)
print(table.concat(names, " "))
print(debug.getuservalue, debug.setuservalue)
