-- Numbers that lie side by side and are computed alike: compiled code may do two at once, which nobody may notice.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { float x, y, z, w; } side_quad;
  typedef struct { double x, y, z; } side_triple;
  typedef struct { float before; side_quad inside; double a, b; side_triple last; } side_nested;
  typedef struct { float x; double y, z; float u, v; } side_mixed;
]]
local function show(...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = ("%.17g"):format((select(i, ...))) end
  print(table.concat(out, " "))
end
local quads, others = ffi.new("side_quad[100]"), ffi.new("side_quad[100]")
for i = 0, 99 do
  quads[i] = {i, i / 3, -i, 1 / (i + 1)}
  others[i] = {1 / 7, i * 1.1, i % 5, -0.0}
end
-- Doubles in between, rounded once.
for i = 0, 99 do
  local p, v = quads[i], others[i]
  p.x = p.x + v.x * 0.1
  p.y = p.y + v.y * 0.1
  p.z = p.z - v.z / 3
  p.w = p.w - v.w / 3
end
show(quads[7].x, quads[7].y, quads[7].z, quads[7].w, quads[99].x, quads[99].y, quads[99].z, quads[99].w)
-- Each from the next, each from the one before, and one from both.
for i = 0, 99 do
  local p = quads[i]
  p.x = p.y + 1
  p.y = p.z + 1
  p.z = p.w + 1
end
show(quads[3].x, quads[3].y, quads[3].z)
for i = 0, 99 do
  local p = quads[i]
  p.y = p.x * 2
  p.z = p.y * 2
  p.w = p.z * 2
end
show(quads[3].y, quads[3].z, quads[3].w)
for i = 0, 99 do
  local p, v = quads[i], others[i]
  local x, y = p.x, p.y
  p.x = x * v.x - y * v.y
  p.y = x * v.y + y * v.x
  p.z = (x + y) * v.z
  p.w = (x + y) * v.w
end
show(quads[50].x, quads[50].y, quads[50].z, quads[50].w)
-- The same bytes under two names, one number apart.
local numbers = ffi.new("float[64]")
for i = 0, 63 do numbers[i] = i + 0.25 end
for shift = -2, 2 do
  local p = ffi.cast("side_quad *", numbers + 8)
  local q = ffi.cast("side_quad *", numbers + 8 + shift)
  for i = 1, 80 do
    p.x = q.x + 1
    p.y = q.y + 1
    p.z = q.z * 0.5
    p.w = q.w * 0.5
  end
  show(p.x, p.y, p.z, p.w, q.x, q.y, q.z, q.w)
end
-- Doubles, parts of structs, and other types between.
local nested, mixed = ffi.new("side_nested[20]"), ffi.new("side_mixed[20]")
for round = 1, 8 do
  for i = 0, 19 do
    local n, m = nested[i], mixed[i]
    n.inside.x = n.inside.x + i
    n.inside.y = n.inside.y + round
    n.inside.z = m.u + i
    n.inside.w = m.v + round
    n.a = n.last.x / 2 + i
    n.b = n.last.y / 2 + i
    n.last.x = n.a + 0.1
    n.last.y = n.b + 0.2
    m.x = m.x + 1 m.y = m.y + m.x m.z = m.z + m.x
    m.u = i m.v = round
  end
end
local n, m = nested[11], mixed[11]
show(n.before, n.inside.x, n.inside.y, n.inside.z, n.inside.w, n.a, n.b, n.last.x, n.last.y, n.last.z, m.x, m.y, m.z, m.u, m.v)
-- What is left in the middle is done half.
local function halves(list, limit)
  local p
  for i = 0, 99 do
    p = quads[i]
    p.x = p.x + 1
    local other = list[i % #list + 1]
    p.y = p.y + other
    p.z = p.z + other
  end
end
for i = 1, 5 do halves({1, 2, 3}) end
print(pcall(halves, {1, 2, {}, 4}))
show(quads[0].x, quads[1].y, quads[2].x, quads[2].y, quads[3].x)
-- Not numbers, infinities, and what is too large for a float.
local odd = {0 / 0, 1 / 0, -1 / 0, 1e300, -1e-300, 2^127 * 1.9999999}
for round = 1, 3 do
  for i = 0, 99 do
    local p, value = quads[i], odd[i % #odd + 1]
    p.x = p.x * 0 + value
    p.y = p.y * 0 + value
  end
end
for i = 0, 5 do print(tostring(quads[i].x):gsub("-nan", "nan"), (tostring(quads[i].y):gsub("-nan", "nan"))) end
-- Zeros and infinities have the sign that they should; that of a NaN is nobody's business.
local bits, from = ffi.cast("uint32_t *", quads), ffi.cast("uint32_t *", others)
local kinds = {0x7f800000, 0xff800000, 0x80000000, 0, 0x3f800000, 1, 0x80000001, 0x7f7fffff}
local function shown(k) return bit.band(bits[k], 0x7fffffff) > 0x7f800000 and "nan" or bit.tohex(bits[k]) end
for _, kind in ipairs(kinds) do
  for _, other in ipairs(kinds) do
    for k = 0, 399 do bits[k], from[k] = kind, other end
    for i = 0, 99 do
      local p, v = quads[i], others[i]
      p.x = p.x + v.x * 0.5
      p.y = p.y + v.y * 0.5
      p.z = p.z - v.z * 0.5
      p.w = p.w - v.w * 0.5
    end
    print(shown(0), shown(1), shown(398), shown(399))
  end
end
