-- __index and __newindex as functions and tables, chained.
local log = {}
local t = setmetatable({a = 1}, {__index = function(t, k) log[#log + 1] = "get " .. tostring(k) return k .. "!" end,
  __newindex = function(t, k, v) log[#log + 1] = "set " .. tostring(k) rawset(t, k, v) end})
print(t.a, t.b, t["c d"])
t.a = 2 t.b = 3 t.b = 4
print(t.a, t.b, table.concat(log, ", "))
local base = {x = "base x", y = "base y"}
local mid = setmetatable({y = "mid y"}, {__index = base})
local top = setmetatable({}, {__index = mid})
print(top.x, top.y, top.z)
base.z = "late" print(top.z)
mid.x = "mid x" print(top.x)
local store = {}
local w = setmetatable({}, {__newindex = store})
w.k = 5 print(rawget(w, "k"), store.k)
local chain = setmetatable({}, {__newindex = w})
chain.j = 6 print(rawget(chain, "j"), rawget(w, "j"), store.j)
print(setmetatable({}, {__index = function() return 1, 2, 3 end}).x)
print(setmetatable({}, {__index = function(t, k) return k end})[5], setmetatable({}, {__index = "string"}).len == nil)
local d = setmetatable({}, {__index = function(t, k) local v = k * 2 rawset(t, k, v) return v end})
print(d[5], rawget(d, 5), d[5])
print(pcall(function() return setmetatable({}, {__index = 5}).x end))
print(pcall(function() setmetatable({}, {__newindex = 5}).x = 1 end))
print(pcall(function() return setmetatable({}, {__index = function() error("in index", 0) end}).x end))
