-- error with any value and level; positions are added to strings only.
print(pcall(error, "msg", 0))
print(pcall(error, "msg"))
print(pcall(error))
print(pcall(error, nil))
print(pcall(error, 42))
print(pcall(error, true))
local t = {}
print(select(2, pcall(error, t)) == t)
local function lvl(n) error("level " .. n, n) end
local function caller(n) lvl(n) end
print(pcall(caller, 0))
print(pcall(caller, 1))
print(pcall(caller, 2))
print(pcall(function() caller(3) end))
print(pcall(caller, 50))
print(pcall(function() error("plain") end))
print(pcall(function() error(12) end))
print(pcall(function() error(setmetatable({}, {__tostring = function() return "obj" end})) end) == false)
print(pcall(function() error("with newline\nsecond") end))
print(pcall(error, "msg", "2"))
print(pcall(error, "msg", {}))
