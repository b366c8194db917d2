-- `x -> value`, `|x, y| -> value`, and with a block in place of the value.
local double = x -> x * 2
local add = |a, b| -> a + b
local none, also_none = || -> 42, | | -> 43
print(double(4), add(1, 2), none(), also_none())
local rest = |...| -> select("#", ...)
local pass = |a, ...| -> ...
print(rest(1, 2, 3), pass(1, 2, 3))
local block = x -> do local y = x + 1 return y, y end
print(block(1))
local empty = || -> do end print(select("#", empty()))
local curry = a -> b -> c -> a + b + c print(curry(1)(2)(3))
local function map(t, f) local r = {} for i, v in ipairs(t) do r[i] = f(v, i) end return r end
print(table.concat(map({1, 2, 3}, x -> x * x), " "), table.concat(map({1, 2}, |v, i| -> v * i), " "))
table.sort({3, 1, 2}, |a, b| -> a > b)
local t = {f = x -> x, |y| -> y + 1, g = || -> "g", z -> z, [1 + 9] = w -> w}
print(t.f(1), t[1](1), t.g(), t[2](3), t[10](4), #t)
local up = 0
local inc = || -> do up += 1 return up end
inc() print(inc(), up)
local fact fact = n -> n <= 1 ? 1 : n * fact(n - 1) print(fact(5))
print((x -> x + 1)(1), (|a| -> a)(2), pcall(|| -> error("e", 0)))
local tail tail = n -> n == 0 and "done" or tail(n - 1) print(tail(10))
local loop loop = n -> do if n == 0 then return "end" end return loop(n - 1) end print(loop(100000))
local cond = x -> x ? "t" : "f" print(cond(1), cond())
local tab = x -> {x, x} print(#tab(1))
local method = {n = 5, get = self -> self.n} print(method:get())
local c = const -> const + 1 print(c(1))
local goto = continue -> continue print(goto(7))
local or_ = x -> x or 1 print(or_(), nil or (x -> x)(3))
local fs = {} for i = 1, 3 do fs[i] = || -> i end print(fs[1](), fs[2](), fs[3]())
print(false || (x -> x)(1), 1 | 2, (|x| -> x | 4)(1), (|x|->x|x)(1))
local info = debug.getinfo(double, "S") print(info.linedefined, info.lastlinedefined, info.what)
info = debug.getinfo(block, "Su") print(info.linedefined, info.lastlinedefined, info.nparams, info.isvararg)
info = debug.getinfo(pass, "u") print(info.nparams, info.isvararg)
local multi = x
  -> x
  + 1

info = debug.getinfo(multi, "S") print(info.linedefined, info.lastlinedefined, multi(1))
