-- Metamethods written in Lua are functions like others.
local seen = {}
local mt = {}
mt.__index = function(t, k)
  return k
end
mt.__add = function(a, b)
  return 1
end
mt.__eq = function() return true end
mt.__lt = function() return true end
mt.__concat = function() return "c" end
mt.__call = function() return "called" end
mt.__newindex = function(t, k, v)
  rawset(t, k, v)
end
local function f()
  local t, u = setmetatable({}, mt), setmetatable({}, mt)
  local x = t.x
  x = t + 1
  x = t == u
  x = t < u
  x = t .. "x"
  x = t()
  t.y = 1
  return x
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
