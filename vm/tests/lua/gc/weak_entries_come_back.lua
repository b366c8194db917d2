-- Keys and values that died make room for new ones of the same name.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local cache = setmetatable({}, {__mode = "v"})
local made = 0
local function get(name)
  local object = cache[name]
  if not object then
    made = made + 1
    object = { name }
    cache[name] = object
  end
  return object
end
for round = 1, 5 do
  local held = {}
  for i = 1, 50 do held[i] = get("name " .. i) end
  collectgarbage()
  for i = 1, 50 do assert(get("name " .. i) == held[i]) end
  held = nil
  collect()
  print(round, made, next(cache))
end
local half = {}
for i = 1, 50 do local object = get(i) if i % 2 == 0 then half[#half + 1] = object end end
collect()
for i = 1, 50 do get(i) end
print(made, #half, half[1] == cache[2], half[25] == cache[50])
