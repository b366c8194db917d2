-- Writing into a buffer's room by address.
local ffi = require("ffi")
local buffer = require("string.buffer")
local b = buffer.new():put("head:")
local p, room = b:reserve(100)
print(type(p), type(room), room >= 100, ffi.istype("uint8_t *", p), #b)
for i = 0, 25 do p[i] = 97 + i end
print(b, b:commit(26) == b, b, #b)
-- Less than was reserved, and nothing.
p, room = b:reserve(10)
ffi.copy(p, "0123456789", 10)
print(b:commit(3), b:commit(0), #b)
-- Reserving again shows the room behind what was committed.
p = b:reserve(4)
p[0], p[1] = 33, 63
print(b:commit(2):tostring():sub(-5))
-- The room left shrinks by what is committed, as long as it is enough.
local _, before = b:reserve(50)
b:commit(20)
local _, after = b:reserve(1)
print(before - after)
-- From the front and at the end in turn.
b:reset()
for i = 1, 1000 do
  local p, room = b:reserve(i % 50 + 1)
  for at = 0, i % 50 do p[at] = 65 + (i + at) % 26 end
  b:commit(i % 50 + 1)
  if i % 3 == 0 then b:skip(40) end
end
print(#b, b:get(60))
-- A large piece.
b:free()
local p, room = b:reserve(1000000)
print(room >= 1000000)
ffi.fill(p, 1000000, 46)
p[999999] = 35
print(#b:commit(1000000), b:tostring():sub(-4), b:skip(999990))
-- Numbers through another type of pointer.
b:reset()
local d = ffi.cast("double *", (b:reserve(16)))
d[0], d[1] = 1.5, -2
local text = b:commit(16):get()
local back = ffi.new("double[2]")
ffi.copy(back, text, 16)
print(back[0], back[1])
print(pcall(b.commit, b, 2 ^ 30))
for _, case in ipairs {
  function() b:reserve() end,
  function() b:reserve(-1) end,
  function() b:reserve("8") end,
  function() b:reserve(2 ^ 31) end,
  function() b:commit() end,
  function() b:commit(-1) end,
  function() b:commit("8") end,
  function() b.reserve(1) end,
  function() b.commit({}, 1) end,
} do
  print(pcall(case))
end
