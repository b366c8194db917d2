-- Setting __mode on a metatable already in use takes effect.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local mt = {}
local t = setmetatable({}, mt)
t[1] = {} t.x = {}
collect() print(type(t[1]), type(t.x))
mt.__mode = "v"
setmetatable(t, mt)
collect() print(t[1], t.x)
mt.__mode = nil
setmetatable(t, mt)
t[1] = {} collect() print(type(t[1]))
setmetatable(t, {__mode = "v"}) collect() print(t[1])
local list = setmetatable({}, {__mode = "v"})
for i = 1, 100 do list[i] = i % 2 == 0 and {} or i end
collect()
local n = 0 for _ in pairs(list) do n = n + 1 end print(n)
