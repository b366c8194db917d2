-- Recursive calls whose results are more, fewer or another number than are wanted; errors, coroutines and collections in the middle.
local function two(n) if n == 0 then return 1, 2, 3 end local a, b, c, d = two(n - 1) return a + n, b, c, d end
for i = 1, 40, 13 do print(two(i)) end
local function none(n) if n > 0 then none(n - 1) end end
for i = 1, 30 do none(i) end print(none(30), (none(3)))
local function nothing(n) if n > 0 then local a, b = nothing(n - 1) return b, a end return end
for i = 1, 30 do nothing(i) end print(nothing(7), select("#", nothing(0)))
local function all(n) if n == 0 then return n end if n % 3 == 0 then return n, (all(n - 1)) end if n % 5 == 0 then return end return math.max(all(n - 1)) + 1 end
for i = 1, 60 do if i % 5 ~= 0 and i % 5 < 4 then local ok, x, y = pcall(all, i) print(i, ok, ok and x, y) end end
local function open(n) if n <= 0 then return n end if n % 2 == 0 then return n, n, n end return select("#", open(n - 2), open(n - 1)) end
for i = 1, 40 do io.write(tostring(open(i)), " ") end print()
local function fails(n) if n == 0 then error("end", 0) end if n == 25 then local ok, e = pcall(fails, n - 1) return e .. n end local r = fails(n - 1) return r .. "." end
for i = 20, 40, 5 do print(pcall(fails, i)) end
local function walk(t, depth) if depth == 0 then coroutine.yield(t) return 1 end return walk(t, depth - 1) + walk(t + depth, depth - 1) end
for i = 1, 3 do
  local sum, n = 0, 0
  for v in coroutine.wrap(function() walk(i, 6) end) do sum, n = sum + v, n + 1 end
  print(sum, n)
end
local function list(n, tail) if n == 0 then return tail end local node = {n, tail} return list(n - 1, node) or node end
local function build(n) if n == 0 then return nil end local node = {v = n} node.next = build(n - 1) return node end
local function length(node, sum) if node == nil then return sum end local s = length(node.next, sum + node.v) return s end
for i = 1, 200, 20 do local l = build(i) print(length(l, 0), list(i)[1]) if i % 3 == 0 then collectgarbage() end end
local count = 0
local function shared(n) local k = n local function bump() k = k + 1 count = count + 1 return k end if n > 0 then shared(n - 1) end return bump() + k end
for i = 1, 20 do io.write(shared(i), " ") end print(count)
local object = {n = 0} object.__index = object
function object:down(n) if n == 0 then self.n = self.n + 1 return self end return self:down(n - 1):up(n - 1) end
function object:up(n) if n <= 0 then return self end self.n = self.n + n return self:up(n - 2) and self end
local o = setmetatable({}, object)
for i = 1, 40 do o:down(i) end print(o.n)
local function kinds(x, n) if n == 0 then return type(x) end if n % 4 == 1 then return kinds(tostring(x), n - 1) .. 1 end if n % 4 == 2 then return kinds({x}, n - 1) .. 2 end return kinds(n, n - 1) .. 0 end
for i = 1, 30 do io.write(kinds(nil, i), " ") end print()
local function even(n) if n == 0 then return true end local r = odd(n - 1) return r end
function odd(n) if n == 0 then return false end local r = even(n - 1) return r end
for i = 1, 100 do assert(even(i) == (i % 2 == 0)) end print(even(1000), odd(3001))
local function variadic(...) local n = ... if n == 0 then return ... end local a = variadic(n - 1, ...) return a, select("#", ...) end
print(variadic(12)) print(variadic(30))
local function hooked(n) if n == 0 then return debug.getinfo(1, "n") ~= nil and #debug.traceback() > 0 end local r = hooked(n - 1) return r end
for i = 1, 40 do hooked(i) end print(hooked(50))
