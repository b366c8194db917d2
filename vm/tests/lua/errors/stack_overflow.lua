-- Endless recursion is an ordinary error, again and again.
local function message(f, ...) local ok, e = pcall(f, ...) return ok, (tostring(e):match("stack overflow")) end
local function plain() return 1 + plain() end
print(message(plain))
print(message(plain))
local function args(...) return (args(1, ...)) end
print((pcall(args)))
local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end
print((pcall(function() return t.a end)))
local u = setmetatable({}, {__add = function(a, b) return a + b end})
print((pcall(function() return u + 1 end)))
local function viapcall(...) local ok, e = pcall(viapcall, ...) if not ok then error(e, 0) end return e end
local wide = {} for i = 1, 200 do wide[i] = i end
print((pcall(viapcall, unpack(wide))))
local depth = 0
local function count() depth = depth + 1 count() end
print((pcall(count)), depth > 1000)
local function sorter(a, b) table.sort({1, 2, 3}, sorter) return a < b end
print((pcall(sorter, 1, 2)))
print("still running")
