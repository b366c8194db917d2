-- Every type can have a metatable.
local co = coroutine.create(print)
local mt = {__index = function(v, k) return type(v) .. "." .. tostring(k) end, __call = function(v, x) return "called " .. type(v) end}
for _, v in ipairs{5, true, print, co} do
  print(debug.getmetatable(v), debug.setmetatable(v, mt) == v, debug.getmetatable(v) == mt, v.field)
  debug.setmetatable(v, nil)
end
print(debug.setmetatable(nil, mt)) print((nil).x, (nil)()) print(debug.setmetatable(nil, nil))
debug.setmetatable(1, mt) print((5)(), (5).x) debug.setmetatable(1, nil)
print(pcall(function() return (5).x end))
local old = debug.getmetatable("") debug.setmetatable("", {__index = mt.__index}) print(("x").upper) debug.setmetatable("", old) print(("x"):upper())
print(pcall(debug.setmetatable)) print(pcall(debug.setmetatable, 1)) print(pcall(debug.setmetatable, {}, 1)) print(pcall(debug.getmetatable)) print(debug.getmetatable(nil))
local u = newproxy() print(debug.getmetatable(u), debug.setmetatable(u, {}) == u, type(debug.getmetatable(u)))
