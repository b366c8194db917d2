-- Branches and loops over large bodies.
local body = {} for i = 1, 2000 do body[i] = "n = n + 1" end
body = table.concat(body, "\n")
print(loadstring("local n = 0 for i = 1, 3 do " .. body .. " end return n")())
print(loadstring("local n = 0 if false then " .. body .. " end return n")())
print(loadstring("local n, i = 0, 0 while i < 2 do i = i + 1 " .. body .. " end return n")())
print(loadstring("local n = 0 goto skip do " .. body .. " end ::skip:: return n")())
print(loadstring("local n = 0 repeat " .. body .. " until n >= 4000 return n")())
