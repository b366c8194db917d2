-- newproxy makes userdata whose metatable scripts may fill.
local u = newproxy(true)
local mt = getmetatable(u)
print(type(u), type(mt), getmetatable(newproxy()), getmetatable(newproxy(false)))
local data = {}
mt.__index = function(_, k) return data[k] end
mt.__newindex = function(_, k, v) data[k] = v end
mt.__tostring = function() return "proxy!" end
mt.__add = function(a, b) return "added" end
mt.__concat = function(a, b) return "joined" end
u.x = 5
print(u.x, data.x, tostring(u), u + 1, 1 + u, u .. "s", "s" .. u)
local v = newproxy(u)
print(getmetatable(v) == mt, v == u, v.x)
print(pcall(newproxy, 5))
print(pcall(newproxy, {}))
print(pcall(function() return newproxy().x end))
print(pcall(function() newproxy().x = 1 end))
print(pcall(function() return newproxy() + 1 end))
print(pcall(newproxy()))
