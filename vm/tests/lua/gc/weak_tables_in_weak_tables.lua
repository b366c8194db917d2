-- A weak table held weakly lives as long as something else holds it.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local meta = {__mode = "kv"}
local outer = setmetatable({}, meta)
local inner = setmetatable({}, meta)
local key = {}
outer[key] = inner
inner[key] = outer
collect()
print(outer[key] == inner, inner[key] == outer)
local function chain(n)
  local first = setmetatable({}, {__mode = "v"})
  local current = first
  for i = 1, n do
    local following = setmetatable({}, {__mode = "v"})
    current.following = following
    current = following
  end
  return first
end
local first = chain(10)
collect()
print(first.following)
local held = {}
for i = 1, 5 do held[i] = chain(1) held[i + 5] = held[i].following end
collect()
local n = 0
for i = 1, 5 do if held[i].following == held[i + 5] then n = n + 1 end end
print(n)
for i = 6, 10 do held[i] = nil end
collect()
n = 0
for i = 1, 5 do if held[i].following then n = n + 1 end end
print(n)
inner = nil
collect()
print(outer[key], next(outer))
-- A table that is its own key and value keeps itself no more than any other.
local watch = setmetatable({}, {__mode = "v"})
do
  local own = setmetatable({}, meta)
  own[own] = own
  watch[1] = own
end
collect()
print(watch[1])
