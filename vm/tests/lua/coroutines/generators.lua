-- Producers, filters, permutations, tree walks.
local function gen(n) return coroutine.wrap(function() for i = 2, n do coroutine.yield(i) end end) end
local function filter(p, g) return coroutine.wrap(function() for n in g do if n % p ~= 0 then coroutine.yield(n) end end end) end
local primes, x = {}, gen(50)
while true do local n = x() if not n then break end primes[#primes + 1] = n x = filter(n, x) end
print(table.concat(primes, " "))
local function permgen(a, n)
  if n == 1 then coroutine.yield(a) else
    for i = 1, n do a[n], a[i] = a[i], a[n] permgen(a, n - 1) a[n], a[i] = a[i], a[n] end
  end
end
for p in coroutine.wrap(function() permgen({1, 2, 3}, 3) end) do io.write(table.concat(p), " ") end print()
local function walk(t) if t then walk(t.l) coroutine.yield(t.v) walk(t.r) end end
local tree = {v = 4, l = {v = 2, l = {v = 1}, r = {v = 3}}, r = {v = 6}}
for v in coroutine.wrap(function() walk(tree) end) do io.write(v, " ") end print()
local function merge(a, b) return coroutine.wrap(function() local x, y = a(), b() while x or y do if not y or x and x < y then coroutine.yield(x) x = a() else coroutine.yield(y) y = b() end end end) end
local function list(...) local t = {...} return coroutine.wrap(function() for _, v in ipairs(t) do coroutine.yield(v) end end) end
for v in merge(list(1, 4, 6), list(2, 3, 7)) do io.write(v, " ") end print()
