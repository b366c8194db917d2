-- Lists of values in loops: extra arguments, select, unpack, open results.
local function count(...) return select("#", ...) end
local function sum(...)
  local n = 0
  for i = 1, select("#", ...) do n = n + (select(i, ...)) end
  return n
end
local function second(...) local _, b = ... return b end
local function last(...) return (select(-1, ...)) end
local function pack(...) return { n = select("#", ...), ... } end
local function pass(...) return ... end
local function first_and_rest(a, ...) return a, pack(...) end
local total = 0
for i = 1, 100 do
  total = total + count(i, nil, 3) + sum(i, 2, 3) + second(1, i) + last(1, 2, i)
  local t = pack(i, i + 1, nil, i + 3)
  total = total + t.n + t[1] + t[2] + t[4]
  local a, b, c, d = pass(i, "x", nil)
  total = total + a + #b + (c == nil and 1 or 0) + (d == nil and 1 or 0)
  local head, rest = first_and_rest(i, pass(i, i))
  total = total + head + rest.n + rest[2]
end
print(total)

-- With fewer and more arguments than parameters, at exits as well.
local function f(a, b, ...)
  local x, y = ...
  if a % 10 == 0 then return a, b, x, y, select("#", ...) end
  return b
end
local out = {}
for i = 1, 60 do
  local r = { f(i) }
  local s = { f(i, 2, i, 4, 5) }
  out[#out + 1] = #r + #s
  if s[5] then out[#out + 1] = s[1] + s[5] end
end
print(table.concat(out, " "))

-- Tail calls from a function with extra arguments.
local function target(a, b, c) return (a or 0) + (b or 0) * 2 + (c or 0) * 3 end
local function jump(x, ...) return target(x, ...) end
local n = 0
for i = 1, 80 do n = n + jump(i) + jump(i, 1) + jump(i, 1, 2) + jump(i, 1, 2, 3) end
print(n)

-- unpack of tables that were just made, and of others.
local args = { 1, 2, 3 }
for i = 1, 60 do
  args[1] = i
  n = n + target(unpack(args)) + target(unpack({ i, i }))
  if i == 40 then args[4] = 7 end
  if i == 50 then args[2] = nil args[3] = nil end
end
print(n)

-- As many results as there are, of functions of the library.
local text = {}
for i = 1, 60 do
  text[#text + 1] = count(("a b c"):find("b", 1, true)) .. count(("k=v"):match("(%w)=(%w)"))
  text[#text + 1] = select("#", string.byte("abc", 1, i % 4))
  local t = { string.byte("hello", 1, i % 6) }
  n = n + #t + math.max(string.byte("hello", 1, i % 5 + 1))
end
print(table.concat(text, ","), n)

-- In the loop's own function.
local function own(...)
  local sum, lists = 0, 0
  for i = 1, 50 do
    local a, b = ...
    sum = sum + a + (b or 10) + select("#", ...)
    lists = lists + #{ ... } + count(...) + target(...)
  end
  return sum, lists
end
print(own(1), own(1, 2), own(1, 2, 3))
for i = 1, 5 do print(own(i, i)) end

-- Closures keep what they were given.
local function keep(...)
  local a, rest = ..., { ... }
  return function() a = a + #rest return a end
end
for i = 1, 40 do
  local g = keep(i, i, i)
  n = n + g() + g()
end
print(n)
for i = 1, 40 do
  local ok, message = pcall(select, i % 3, "a")
  if i > 37 then print(ok, message) end
end
print(select("#", pcall(error)), pcall(select, -3, 1))
