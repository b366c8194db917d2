-- Recursion with tables, tracebacks, metamethods, closures and types that change.
local function hanoi(n, from, to, via) if n == 0 then return 0 end return hanoi(n - 1, from, via, to) + 1 + hanoi(n - 1, via, to, from) end
for i = 1, 12 do io.write(hanoi(i, 1, 2, 3), " ") end print()
local function perms(a, n, out) if n == 0 then out[#out + 1] = table.concat(a) else for i = 1, n do a[n], a[i] = a[i], a[n] perms(a, n - 1, out) a[n], a[i] = a[i], a[n] end end return out end
local out = perms({1, 2, 3, 4, 5, 6}, 6, {}) print(#out, out[1], out[360], out[720])
print(((select(2, pcall(function() local function tb(n) if n == 0 then return debug.traceback("t") end local r = tb(n - 1) return r end for i = 1, 60 do tb(3) end return tb(2) end))):gsub('\n\t%[C%].*', '')))
local mt = {__add = function(a, b) return setmetatable({v = a.v + b.v}, getmetatable(a)) end}
local function addup(n) if n == 0 then return setmetatable({v = 0}, mt) end return addup(n - 1) + setmetatable({v = n}, mt) end
for i = 1, 50 do if i % 10 == 0 then print(addup(i).v) end end
local function closures(n) local function get() return n end if n > 0 then return closures(n - 1) + get() end return get() end
print(closures(10), closures(50))
local function types(n) if n > 6 then return "x" .. n elseif n > 3 then return n end return {n} end
local function mixed(n) local r = types(n % 10) if n == 0 then return 0 end if type(r) == "number" then return r + mixed(n - 1) end return mixed(n - 1) end
print(mixed(100), mixed(500))
