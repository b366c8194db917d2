-- Proxies with and without metatables.
local a = newproxy()
print(type(a), getmetatable(a), newproxy(false) ~= a, newproxy(nil) ~= a)
local b = newproxy(true)
print(type(getmetatable(b)), next(getmetatable(b)))
getmetatable(b).__index = function(_, k) return k .. "!" end
getmetatable(b).__len = function() return 42 end
getmetatable(b).__call = function(_, ...) return select("#", ...) end
local c = newproxy(b)
print(c.field, #c, c(1, 2, 3), getmetatable(c) == getmetatable(b), c ~= b)
print(pcall(newproxy, a)) print(pcall(newproxy, 1)) print(pcall(newproxy, "x")) print(pcall(newproxy, {})) print(pcall(newproxy, setmetatable({}, {}))) print(pcall(newproxy, io.stdout))
print(pcall(function() return a.x end)) print(pcall(function() a.x = 1 end)) print(pcall(function() return #a end)) print(pcall(function() return a .. "" end)) print(pcall(function() return a() end))
print(a == a, a == newproxy(), rawequal(b, b))
print((tostring(a):gsub("0x%x+", "ADDR")))
local order, alive = {}, {}
for i = 1, 3 do
  alive[i] = newproxy(true)
  getmetatable(alive[i]).__gc = function() order[#order + 1] = i end
end
alive = nil
collectgarbage()
print(table.concat(order, " "))
