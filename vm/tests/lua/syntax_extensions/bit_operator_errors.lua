-- Strings are not read as numbers, and there are no metamethods.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local mt = {__band = function() return "band" end, __add = function() return "add" end}
local t = setmetatable({}, mt)
local up
try(function() return "1" & 1 end)
try(function(a) return a & 1 end, "1")
try(function(a, b) return a & b end, 1, "2")
try(function(a, b) return a | b end, nil, {})
try(function(a) return ~a end)
try(function(a) return ~a.b end, {})
try(function() return t & 1 end)
try(function() return up << 1 end)
try(function() return 1 >> undefined end)
try(function(a) a.x &= 1 end, {})
try(function(a) a <<= 1 end, true)
try(function(a) return 1 ~>> a.b.c end, {b = {}})
