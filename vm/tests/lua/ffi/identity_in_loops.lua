-- Who is who among references and structs that loops make: as keys, across yields and errors.
local ffi = require "ffi"
ffi.cdef[[ struct in_ { int a, b; }; struct out { struct in_ p[4]; double d; }; typedef struct v2 { double x, y; } v2; ]]
local o = ffi.new("struct out[8]")
local v2 = ffi.metatype("v2", { __add = function(a,b) return ffi.new("v2", a.x+b.x, a.y+b.y) end, __eq = function(a,b) return a.x == b.x end,
  __lt = function(a, b) return a.x < b.x end, __tostring = function(v) return "v2:" .. v.x end, __len = function() return 2 end,
  __index = function(v, k) return k .. "!" end })
local keys, n = {}, 0
for i = 1, 60 do
  local r = o[i % 8].p[i % 4]
  keys[r] = i
  if keys[r] ~= i then print("lost", i) end
  local again = o[i % 8].p[i % 4]
  if keys[again] ~= nil then print("same?") end
  if r ~= again then print("differs") end
  r.a = r.a + 1
  n = n + again.a
end
print(n)
-- yields with references and fresh values live
local co = coroutine.wrap(function()
  for i = 1, 40 do
    local r, v = o[i % 8].p[1], ffi.new("v2", i, 1)
    r.b = i
    coroutine.yield(i)
    v.x = v.x + r.b
    coroutine.yield(v.x)
  end
end)
local t = {}
for i = 1, 80 do t[#t+1] = co() end
print(table.concat(t, " "))
-- errors
for i = 1, 40 do
  local ok, e = pcall(function(k)
    local v = ffi.new("v2", k, 2)
    local r = o[k % 8].p[k % 4]
    if k % 13 == 0 then error("at " .. tostring(v) .. r.a) end
    return v.x
  end, i)
  if not ok then print(e) end
end
-- metamethods of cdata
local acc = v2(0, 0)
local c = {0,0,0,0}
for i = 1, 100 do
  local v = v2(i, 1)
  acc = acc + v
  if v == acc then c[1] = c[1] + 1 end
  if v < acc then c[2] = c[2] + 1 end
  c[3] = c[3] + #v
  if i % 25 == 0 then print(tostring(acc), v.zzz, #tostring(v)) end
end
print(acc.x, acc.y, unpack(c))
-- arrays in structs written by index in inner loops
for i = 0, 40 do
  local ref = o[i % 8]
  for j = 0, 3 do
    local e = ref.p[j]
    e.a = e.a + j
    e.b = i
  end
  ref.d = ref.d + ref.p[3].a
end
local sum = 0
for i = 0, 7 do for j = 0, 3 do sum = sum + o[i].p[j].a * (j + 1) + o[i].p[j].b end sum = sum + o[i].d end
print(sum)
-- pointers
local p = ffi.cast("struct out *", o)
for i = 0, 50 do
  local e = p[i % 8]
  e.d = i
  p.d = p.d + e.p[0].a
  local q = p + (i % 8)
  sum = sum + q.d + q.p[1].a + (q - p)
end
print(sum)
-- tables holding tables, varargs in nested calls
local function add(...) local t = {...} local s = 0 for i = 1, #t do s = s + t[i] end return s, ... end
local function wrap(f, ...) return f(...) end
for i = 1, 60 do
  local a, b, c2 = wrap(add, i, i + 1, i + 2)
  local list = { wrap(add, 1, i) }
  sum = sum + a + b + c2 + #list + list[3] + select("#", wrap(add)) + (wrap(add, i, nil and 1 or 2))
end
print(sum)
local function ends(...) if select("#", ...) > 3 then return ... end return ends(1, ...) end
for i = 1, 40 do sum = sum + select("#", ends(i)) + (select(4, ends(i))) end
print(sum)
