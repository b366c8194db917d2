-- A cycle of __index or __newindex is an error.
local a = {} setmetatable(a, {__index = a})
print(pcall(function() return a.x end))
local b = {} setmetatable(b, {__newindex = b})
print(pcall(function() b.x = 1 end))
local c, d = {}, {}
setmetatable(c, {__index = d}) setmetatable(d, {__index = c})
print(pcall(function() return c.x end))
local t = {}
for _ = 1, 50 do t = setmetatable({}, {__index = t}) end
print(t.x)
