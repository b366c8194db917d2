-- A value that leads to its own weak key keeps it, as in Lua 5.1; one that does not lets it go.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local function count(t) local n = 0 for _ in pairs(t) do n = n + 1 end return n end
local w = setmetatable({}, {__mode = "k"})
for i = 1, 10 do
  local key = { i }
  w[key] = i % 2 == 0 and { key } or { i }
end
collect()
print(count(w))
local v = setmetatable({}, {__mode = "v"})
for i = 1, 10 do local value = {} v[value] = value end
collect()
print(count(v))
-- A closure's variable is a reference like any other.
local f = setmetatable({}, {__mode = "k"})
do
  local key = {}
  f[key] = function() return key end
  f[{}] = function() return f end
end
collect()
print(count(f))
for k in pairs(w) do w[k] = nil end
collect()
print(count(w))
