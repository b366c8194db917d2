-- `...` in every place an expression may stand.
local function show(...) return select("#", ...), ... end
local function f(...)
  local a, b = ...
  local t = {...}
  local u = {..., "end"}
  local v = {"start", ...}
  local first = (...)
  return a, b, #t, #u, #v, first, show(...)
end
print(f(1, 2, 3))
print(f())
local function pass(...) return ... end
print(pass(), pass(nil), pass(1, 2), pass(nil, nil))
print((pass(1, 2)), pass(pass(1), pass(2, 3)))
local function args(...) local n = 0 for _, v in ipairs{...} do n = n + v end return n end
print(args(1, 2, 3), args())
local function cond(...) if ... then return "first true" end return "first false" end
print(cond(1), cond(nil, 1), cond())
local function arith(...) return ... + 1, -(...), #{...} end
print(arith(5, 6))
local function inner(...) return (function(...) return select("#", ...) end)(...), select("#", ...) end
print(inner(1, 2, 3))
print((function(...) return ... end)(1, 2, 3))
print(table.concat({(function(...) return ... end)("a", "b", "c")}, ","))
