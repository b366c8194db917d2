-- Values of a weak-valued table disappear; strings and numbers stay.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "v"})
local keep = {}
w[1] = {} w[2] = keep w.a = {} w.b = keep w.s = "str" .. 1 w.n = 12 w.f = print w[3] = function() return keep end
collect()
print(w[1], w[2] == keep, w.a, w.b == keep, w.s, w.n, w.f == print)
local n = 0 for k in pairs(w) do n = n + 1 end print(n >= 5)
keep = nil collect()
print(w[2], w.b, w.s, w.n)
local cache = setmetatable({}, {__mode = "v"})
local function get(k) local v = cache[k] if not v then v = {k} cache[k] = v end return v end
local one = get("x") collect() print(get("x") == one)
one = nil collect() print(next(cache) == nil)
