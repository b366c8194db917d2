-- Structs that are made in loops: forgotten, kept, changed, passed on; with constructors, operators and methods of a metatype.
local ffi = require "ffi"
ffi.cdef [[
typedef struct vec { double x, y; } vec;
typedef struct pixel { uint8_t r, g, b; int16_t depth; uint32_t id; float weight; } pixel;
typedef struct boxed { int n; } boxed;
struct plain { float a, b; };
]]
local vec
vec = ffi.metatype("vec", {
  __add = function(a, b) return vec(a.x + b.x, a.y + b.y) end,
  __mul = function(a, n)
    if type(a) == "number" then a, n = n, a end
    return vec(a.x * n, a.y * n)
  end,
  __unm = function(a) return vec(-a.x, -a.y) end,
  __index = { dot = function(a, b) return a.x * b.x + a.y * b.y end, len = function(a) return math.sqrt(a:dot(a)) end },
})
local at, sum = vec(), 0
for i = 1, 200 do
  local v = vec(i, i % 7)
  at = at + v * 0.5 + -(2 * vec(1))
  sum = sum + v:dot(at) + v:len()
end
print(at.x, at.y, sum)

-- Integers are cut as in memory.
local pixel = ffi.typeof "pixel"
for i = 1, 100 do
  local p = pixel(i * 3, i * 100, -i, i * 1000, i * 1e8, i / 3)
  sum = sum + p.r + p.g * 2 + p.b * 3 + p.depth + p.id + p.weight
  p.r = p.r + 200
  p.depth = p.depth - 40000
  p.id = -1 - i
  p.weight = 0.1
  sum = sum + p.r + p.depth + p.id + p.weight
end
print(sum)

-- Kept, changed afterwards, seen by others.
local kept, list = {}, {}
for i = 1, 90 do
  local s = ffi.new("struct plain", i, i / 3)
  local same = s
  s.a = s.a + 1
  if i % 30 == 0 then kept[#kept + 1] = same end
  same.b = s.a * s.b
  if i % 20 == 0 then list[#list + 1] = tonumber(ffi.cast("float *", s)[1]) end
end
for _, s in ipairs(kept) do print(s.a, s.b, ffi.typeof(s) == ffi.typeof "struct plain") end
print(table.concat(list, " "))

-- Tables and too many initialisers, missing ones.
for i = 1, 60 do
  local b, v = ffi.new("boxed", { i }), ffi.new("vec", { y = i })
  sum = sum + b.n + v.y + ffi.new("boxed").n + ffi.new("vec", i).y
  if i > 58 then print(pcall(ffi.new, "boxed", 1, 2)) print(pcall(pixel, "x")) end
end
print(sum)

-- Types that change; constructors that are given later.
local types = { vec, pixel, ffi.typeof "boxed", ffi.typeof "struct plain" }
for i = 1, 80 do
  local made = types[i % 4 + 1](i)
  local n = i % 4
  sum = sum + (n == 0 and made.x or n == 1 and made.r or n == 2 and made.n or made.a)
end
print(sum)
local finalized = 0
local boxed = ffi.metatype("boxed", { __gc = function() finalized = finalized + 1 end })
for i = 1, 50 do
  local b = boxed(i)
  sum = sum + b.n
end
collectgarbage() collectgarbage()
print(sum, finalized > 40)

-- From turn to turn, and out of the loop.
local a, b = vec(0, 1), vec(1, 0)
for i = 1, 77 do
  a, b = b, vec(a.y, a.x + i)
  if i == 70 then print(a == b, a ~= b, rawequal(a, b)) end
end
print(a.x, a.y, b.x, b.y)
local closures = {}
for i = 1, 40 do
  local v = vec(i, i)
  closures[i] = function() v.x = v.x + 1 return v.x + v.y end
  sum = sum + closures[i]() + v.x
end
print(sum, closures[1](), closures[40]())
