-- Functions as values: map, compose, curry, memoise.
local function map(t, f) local r = {} for i, v in ipairs(t) do r[i] = f(v) end return r end
local function fold(t, f, a) for _, v in ipairs(t) do a = f(a, v) end return a end
local function compose(...) local fs = {...} return function(x) for i = #fs, 1, -1 do x = fs[i](x) end return x end end
print(table.concat(map({1, 2, 3}, function(x) return x * x end), " "))
print(fold({1, 2, 3, 4}, function(a, b) return a * b end, 1))
print(compose(tostring, function(x) return x + 1 end)(41))
local function curry(f) return function(a) return function(b) return f(a, b) end end end
print(curry(function(a, b) return a - b end)(10)(3))
local calls = 0
local function memo(f) local c = {} return function(n) if c[n] == nil then c[n] = f(n) end return c[n] end end
local slow = memo(function(n) calls = calls + 1 return n * 2 end)
print(slow(2), slow(2), slow(3), calls)
local Y = function(f) return (function(x) return x(x) end)(function(x) return f(function(...) return x(x)(...) end) end) end
print(Y(function(self) return function(n) return n == 0 and 1 or n * self(n - 1) end end)(6))
