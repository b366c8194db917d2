-- What __mode may be: letters other than k and v count for nothing, values that are no strings neither.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local function left(mode)
  local t = setmetatable({}, {__mode = mode})
  t[{}] = 1 t[1] = {} t[{}] = {}
  collect()
  local n = 0
  for _ in pairs(t) do n = n + 1 end
  return n
end
print(left(nil), left(""), left("x"), left("k"), left("v"), left("kv"), left("vk"), left("xkx"), left("weak v"))
print(left(1), left(true), left({}), left(print))
-- The metatable's own __index is not asked.
local t = setmetatable({}, setmetatable({}, {__index = {__mode = "k"}}))
t[{}] = 1
collect()
print(next(t) ~= nil)
print(getmetatable(setmetatable({}, {__mode = "k", __metatable = "hidden"})))
