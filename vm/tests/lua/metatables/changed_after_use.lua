-- Metamethods added, replaced and removed later take effect at once.
local mt = {}
local t = setmetatable({}, mt)
local function get() return t.x end
local function add() return t + 1 end
print(get(), pcall(add))
mt.__index = function() return "fn" end
print(get())
mt.__index = {x = "table"}
print(get())
mt.__index.x = "changed"
print(get())
mt.__index = nil
print(get())
mt.__add = function() return "added" end
print(add())
mt.__add = nil
print((pcall(add)))
rawset(mt, "__index", {x = "rawset"})
print(get())
setmetatable(t, {__index = {x = "other metatable"}})
print(get())
setmetatable(t, nil)
print(get())
local shared = {__index = {v = 1}}
local a, b = setmetatable({}, shared), setmetatable({}, shared)
print(a.v, b.v)
shared.__index.v = 2
print(a.v, b.v)
a.v = 3
print(a.v, b.v)
a.v = nil
print(a.v)
