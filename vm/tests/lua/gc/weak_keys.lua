-- Keys of a weak-keyed table disappear with their entries (no ephemerons in 5.1).
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "k"})
local keep = {}
w[{}] = 1 w[keep] = 2 w["str"] = 3 w[5] = 4 w[function() return keep end] = 5
collect()
local n, s = 0, 0 for k, v in pairs(w) do n = n + 1 s = s + v end
print(n, s, w[keep], w.str, w[5])
keep = nil collect()
n = 0 for _ in pairs(w) do n = n + 1 end print(n)
local attr = setmetatable({}, {__mode = "k"})
for i = 1, 50 do attr[{}] = "attribute " .. i end
collect() print(next(attr))
local k = {} attr[k] = "mine" collect() print(attr[k])
