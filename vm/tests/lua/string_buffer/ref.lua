-- Reading and changing a buffer's contents by address.
local ffi = require("ffi")
local buffer = require("string.buffer")
local b = buffer.new():put("hello world")
local p, n = b:ref()
print(n, ffi.istype("uint8_t *", p), p[0], p[10], ffi.string(p, n))
p[0] = 72
print(b, #b)
b:skip(6)
p, n = b:ref()
print(n, ffi.string(p, n))
b:put("!!")
p, n = b:ref()
print(n, ffi.string(p, n))
-- Without contents.
p, n = buffer.new():ref()
print(n, type(p))
p, n = b:reset():ref()
print(n)
-- A buffer that refers to a string is not the string.
local text = "abcdef"
b:set(text)
p, n = b:ref()
print(ffi.string(p, n), n, text)
-- Bytes taken one after another.
b:reset():put(("0123456789"):rep(3))
local sum = 0
while #b > 0 do
  local p, n = b:ref()
  sum = sum + p[0] * n
  b:skip(1)
end
print(sum)
-- Numbers written into contents.
b:reset():put(("\0"):rep(8))
ffi.cast("double *", (b:ref()))[0] = 0.1
local d = ffi.new("double[1]")
ffi.copy(d, (b:ref()), 8)
print(d[0], #b)
-- One buffer's contents into another.
local other = buffer.new()
b:reset():put("pieces")
for i = 1, 3 do other:putcdata(b:ref()) end
print(other)
print(other:set(b:ref()), #other)
-- A scan for a line end.
b:reset():put("first\nsecond\nrest")
local function line()
  local p, n = b:ref()
  for i = 0, n - 1 do
    if p[i] == 10 then
      local s = b:get(i)
      b:skip(1)
      return s
    end
  end
end
print(line(), line(), line(), b)
for _, case in ipairs { function() b.ref() end, function() b.ref({}) end, function() b.ref(5LL) end } do
  print(pcall(case))
end
