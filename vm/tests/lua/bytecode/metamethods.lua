-- Every kind of instruction that can call a metamethod, in a loaded function.
local mt = {}
for _, event in ipairs({"add", "sub", "mul", "div", "mod", "pow", "concat"}) do
  mt["__" .. event] = function(a, b) return event .. ":" .. type(a) .. type(b) end
end
mt.__unm = function() return "unm" end
mt.__len = function() return "len" end
mt.__call = function(self, ...) return "call", ... end
mt.__index = function(_, key) return "index " .. tostring(key) end
mt.__newindex = function(_, key, value) print("newindex", key, value) end
mt.__eq = function() return true end
mt.__lt = function() return true end
mt.__le = function() return false end
local a, b = setmetatable({}, mt), setmetatable({}, mt)
local source = [[local a, b = ...
  print(a + b, a - 1, 2 * a, a / b, a % 3, 2 ^ a, a .. "x", "x" .. a, "x" .. a .. "y")
  print(-a, a.field, a[1], a[b] == "index x", a(1, 2))
  a.field, a[1] = 1, 2
  print(a == b, a ~= b, a < b, a <= b, a > b, a >= b)
  return a(select(2, ...) == b)]]
print(load(string.dump(loadstring(source, "=chunk")))(a, b))
