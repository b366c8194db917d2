-- __mode "kv": an entry goes when either side does.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "kv"})
local k1, k2, v1, v2 = {}, {}, {}, {}
w[k1] = v1 w[k2] = {} w[{}] = v2 w[{}] = {} w[1] = v1 w.x = {} w.y = "y"
collect()
print(w[k1] == v1, w[k2], w[1] == v1, w.x, w.y)
local n = 0 for _ in pairs(w) do n = n + 1 end print(n)
v1 = nil collect() print(w[k1], w[1])
local self = setmetatable({}, {__mode = "kv"}) self[self] = self collect() print(self[self] == self)
