-- Results of functions that call themselves: several, none, as many as there are; mutual recursion, errors, varargs.
local function many(n) if n == 0 then return 1, 2, 3 end local a, b, c = many(n - 1) return b, c, a + n end
for i = 1, 40 do print(many(i)) end
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
for i = 1, 300 do if even(i) ~= (i % 2 == 0) then print("wrong", i) end end
local function notail(n) if n == 0 then return false end local r = notail(n - 1) return not r end
for i = 1, 100 do assert(notail(i) == (i % 2 == 1)) end
local function raise(n) if n == 0 then error("bottom") end raise(n - 1) return n end
for i = 1, 80 do local ok, message = pcall(raise, i % 9) if i % 10 == 0 then print(ok, message) end end
local function count(n, ...) if n == 0 then return select("#", ...) end return count(n - 1, n, ...) end
print(count(5), count(100, "a"))
