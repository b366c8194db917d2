-- References to parts of C values, made again and again in a loop, kept and passed on.
local ffi = require "ffi"
ffi.cdef [[
struct point { float x, y; };
struct line { struct point from, to; uint8_t tags[4]; int32_t weight; };
typedef struct { struct line lines[8]; struct point *at; int count; } drawing;
union word { uint32_t whole; uint8_t bytes[4]; struct { uint16_t low, high; }; };
struct odd { uint8_t a; struct { uint8_t b, c; } in_; };
]]

local d = ffi.new("drawing")
for turn = 1, 40 do
  for i = 0, 7 do
    local line = d.lines[i]
    line.from.x = line.from.x + i
    line.to.y = line.from.x * 2 + turn
    line.tags[i % 4] = line.tags[i % 4] + turn
    line.weight = line.weight - i
  end
end
for i = 0, 7 do
  local l = d.lines[i]
  print(l.from.x, l.from.y, l.to.x, l.to.y, l.tags[0], l.tags[1], l.tags[2], l.tags[3], l.weight)
end

-- Kept: in a variable from turn to turn, in a table, in a closure.
local last, kept, calls = nil, {}, {}
for i = 1, 60 do
  local l = d.lines[i % 8]
  if last then last.weight = last.weight + 1 end
  if i % 20 == 0 then
    kept[#kept + 1] = l.from
    calls[#calls + 1] = function() return l.weight end
  end
  last = l
end
for i = 1, 3 do print(kept[i].x, calls[i]()) end
print(kept[1] == d.lines[4].from, kept[1] == kept[2], last == d.lines[60 % 8])

-- Unions, and parts whose size is no power of two.
local words = ffi.new("union word[5]")
for i = 1, 100 do
  local w = words[i % 5]
  w.whole = w.whole + i * 77777
  w.bytes[1] = w.bytes[2]
  if w.low > 30000 then w.high = i end
end
for i = 0, 4 do print(words[i].whole, words[i].low, words[i].high, words[i].bytes[3]) end
local odds = ffi.new("struct odd[?]", 10)
for i = 0, 99 do
  local o = odds[i % 10]
  o.a, o.in_.b = o.a + 1, o.in_.b + o.a
  o.in_.c = o.in_.b * 3
end
for i = 0, 9 do io.write(odds[i].a, " ", odds[i].in_.b, " ", odds[i].in_.c, "; ") end
print()

-- To and through functions, the interpreter's ones among them.
local names = ffi.new("struct { char name[8]; int n; }[4]")
for i = 0, 3 do ffi.copy(names[i].name, ("n%d"):format(i)) end
local text = {}
local function named(e) e.n = e.n + 1 return ffi.string(e.name) end
for i = 1, 50 do
  local e = names[i % 4]
  text[#text + 1] = named(e) .. e.n
end
print(table.concat(text, " "))

-- Methods of a metatype, through references and pointers to structs.
local Point = {}
Point.__index = Point
function Point:sum() return self.x + self.y end
function Point:move(dx, dy) self.x, self.y = self.x + dx, self.y + dy return self end
ffi.metatype("struct point", Point)
local total = 0
for i = 0, 63 do
  local l = d.lines[i % 8]
  total = total + l.from:move(1, 2):sum() + l.to:sum()
  if i == 40 then function Point:sum() return self.x - self.y end end
end
print(total)

-- Types that differ from turn to turn.
local mixed = { d.lines[1], d.lines[1].from, names[0], words[0], d }
local n = 0
for i = 1, 80 do
  local v = mixed[i % 5 + 1]
  if i % 5 == 0 then n = n + v.weight
  elseif i % 5 == 1 then n = n + v.x
  elseif i % 5 == 2 then n = n + v.n
  elseif i % 5 == 3 then n = n + v.low
  else n = n + v.count end
end
print(n)
for i = 1, 30 do
  local ok, message = pcall(function() return d.lines[i % 8].nothing end)
  if i == 30 then print(ok, message) end
end
