-- Calls whose arguments are all that another call gives, whose arguments are all that a third gives, by natives and Lua functions.
local function two(a, b) return a, b end
local function none() end
local function list(...) return ... end
local function joined(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  return table.concat(parts, ",")
end
local byte, find, format, max, sub = string.byte, string.find, string.format, math.max, string.sub

local lines = {}
local function keep(...) lines[#lines % 7 + 1] = joined(...) end
for i = 1, 80 do
  local text = "x" .. i
  keep(text, ("%q"):format(sub(text, 1)))
  keep(text, ("%s %s"):format(two(text, i)))
  keep(i, max(i, byte(text, 1, -1)), max(byte(text, 1, -1)))
  keep(format("%d %d %d", find(text, "(%d)")))
  keep(two(sub(two(text, 2))))
  keep(none(sub(two(text, 1))))
  keep(list(list(max(two(i, 3)))), list(none(two(i, i))))
  if i % 20 == 0 then print(table.concat(lines, " ")) end
end

-- The same where the lists are of different lengths.
local function some(n) return unpack({1, 2, 3, 4, 5}, 1, n) end
local sums = 0
for i = 1, 120 do
  local given = joined(i, max(some(i % 5 + 1)))
  local all = joined(list(some(i % 3)), list(some(i % 4)))
  sums = sums + #given + #all
  if i % 40 == 0 then print(given, all, sums, select("#", list(some(i % 5)))) end
end

-- Returned, and put into tables.
local function wrap(text) return format("%s", sub(text, 2)) end
local function wrap_all(...) return format("%s%s", two(sub(..., 1), "!")) end
for i = 1, 90 do
  local a, b = wrap("ab" .. i), wrap_all("cd" .. i)
  local t = {format("%s", sub(a, 1)), max(some(3)), format("%d", max(some(4)))}
  local u = {two(format("%s", sub(b, 1)), i)}
  if i % 30 == 0 then print(a, b, #t, t[1], t[2], t[3], #u, u[1], u[2]) end
end

-- The last call is a native's, too.
local function shown(text)
  print(text, format("%q", sub(text, 1)))
  return select("#", text, format("%s", sub(text, 2)))
end
local function counted(text)
  local parts = {text, format("%s", sub(text, 2))}
  return #parts, max(#text, max(byte(text, 1, 2)))
end
local count = 0
for i = 1, 60 do
  local parts, most = counted("y" .. i)
  count = count + shown("x" .. i) + parts + most + select("#", i, max(some(i % 3 + 1)))
end
for i = 1, 12 do print(i, format("%q", sub("z" .. i, 1)), format("%d %d", find("ab" .. i, "(%d)"))) end
print(count)
