-- An error inside a metamethod or iterator surfaces at the caller.
local mt = {__index = function(t, k) error("no field " .. k, 2) end, __add = function() error("no add", 2) end, __call = function() error("no call", 2) end,
  __lt = function() error("no lt", 2) end, __concat = function() error("no concat", 2) end, __newindex = function(_, k) error("no set " .. k, 2) end, __eq = function() error("no eq", 2) end}
local a, b = setmetatable({}, mt), setmetatable({}, mt)
local function try(f) print((select(2, pcall(f)))) end
try(function() return a.x end)
try(function() return a + 1 end)
try(function() return a() end)
try(function() local v = a() return v end)
try(function() return a < b end)
try(function() return a .. "s" end)
try(function() a.y = 1 end)
try(function() return a == b end)
try(function() for x in function() error("iterator", 2) end do end end)
try(function() for x in function() error("iterator") end do end end)
try(function() table.sort({3, 2, 1}, function(p, q) error("compare") end) end)
try(function() return (("x"):gsub("x", function() error("replace") end)) end)
