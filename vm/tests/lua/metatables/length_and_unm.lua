-- # and unary minus: __len works for userdata, not for tables (5.1).
local t = setmetatable({1, 2, 3}, {__len = function() return 42 end, __unm = function(a) return "negated" end})
print(#t, -t)
local u = newproxy(true)
getmetatable(u).__len = function() return 7 end
getmetatable(u).__unm = function() return "minus" end
print(#u, -u)
print(pcall(function() return #newproxy() end))
print(pcall(function() return #nil end))
print(pcall(function() return #5 end))
print(pcall(function() local x = print return #x end))
print(pcall(function() return -{} end))
print(pcall(function() return -nil end))
print(pcall(function() local s = "abc" return -s end))
print(-"2", -"0x10", - -"3")
