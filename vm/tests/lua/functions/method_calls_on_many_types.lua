-- obj:method() on tables, strings, userdata and through __index chains.
local A = {} A.__index = A
function A.new(x) return setmetatable({x = x}, A) end
function A:get() return self.x end
function A:set(x) self.x = x return self end
local B = setmetatable({}, {__index = A}) B.__index = B
function B.new(x) local o = A.new(x) return setmetatable(o, B) end
function B:get() return "B" .. A.get(self) end
local a, b = A.new(1), B.new(2)
print(a:get(), b:get(), a:set(5):get(), b:set(6):get())
print(("str"):upper(), ("%d"):format(5))
local u = newproxy(true)
getmetatable(u).__index = {hello = function(self, n) return type(self), n end}
print(u:hello(3))
print(pcall(function() return a:missing() end))
print(pcall(function() local n; return n:get() end))
print(pcall(function() return (5):get() end))
print(pcall(function() return a.x:get() end))
print(pcall(function() return a.y.z:get() end))
local c = {["method"] = function(self, ...) return select("#", ...) end}
print(c:method(), c:method(nil), c:method(nil, nil), c:method(unpack({1, 2, 3})))
