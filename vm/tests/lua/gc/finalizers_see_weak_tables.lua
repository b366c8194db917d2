-- Weak values are cleared before, weak keys only after, finalization.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local values, keys = setmetatable({}, {__mode = "v"}), setmetatable({}, {__mode = "k"})
local seen_v, seen_k
do
  local u = newproxy(true)
  getmetatable(u).__gc = function(o) seen_v = values[1] seen_k = keys[o] end
  values[1] = u keys[u] = "entry"
end
collect()
print(seen_v, seen_k)
print(values[1], next(keys))
