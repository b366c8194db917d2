-- Proper tail calls need no stack.
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(40000))
local function a(n) if n > 0 then return (function(m) return a(m) end)(n - 1) end return "mutual" end
print(a(10000))
local t = {} function t:run(n) if n == 0 then return self end return self:run(n - 1) end
print(t:run(20000) == t)
local function va(n, ...) if n == 0 then return select("#", ...), ... end return va(n - 1, ...) end
print(va(10000, 1, nil, 3))
local c = setmetatable({}, {__call = function(self, n) if n == 0 then return "callable" end return self(n - 1) end})
print(c(10000))
local function cond(n) return n > 0 and cond(n - 1) or "not a tail call" end
print(cond(100))
