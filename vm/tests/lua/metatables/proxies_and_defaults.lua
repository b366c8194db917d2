-- Read-only tables, default values, tracking, multiple inheritance.
local function readonly(t) return setmetatable({}, {__index = t, __newindex = function(_, k) error("read-only: " .. tostring(k), 2) end}) end
local r = readonly{a = 1}
print(r.a, pcall(function() r.b = 2 end))
local function default(d) return setmetatable({}, {__index = function() return d end}) end
local counts = default(0)
for w in ("a b a c a"):gmatch("%a") do counts[w] = counts[w] + 1 end
print(counts.a, counts.b, counts.z)
local function multi(...) local ps = {...} return setmetatable({}, {__index = function(_, k) for _, p in ipairs(ps) do if p[k] ~= nil then return p[k] end end end}) end
local m = multi({x = 1}, {x = 2, y = 3})
print(m.x, m.y, m.z)
local strict = setmetatable({}, {__index = function(_, k) error("undeclared " .. k, 2) end})
print(pcall(function() return strict.foo end))
setmetatable(_G, {__index = function(_, k) return "global:" .. k end})
print(undefined_name, another_one)
setmetatable(_G, {__newindex = function(t, k, v) rawset(t, k, v * 2) end})
newglobal = 21
print(newglobal)
setmetatable(_G, nil)
newglobal = nil
