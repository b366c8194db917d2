-- A buffer made of the bytes of a C value.
local ffi = require("ffi")
local buffer = require("string.buffer")
local b = buffer.new():put("old text")
local bytes = ffi.new("char[12]", "hello world")
print(b:set(bytes, 11) == b, #b, b)
print(b:get(6), b)
print(b:put("!"), #b)
print(b:set(bytes + 6, 3), b:set(bytes, 0):tostring() == "")
-- It stays, whatever becomes of the value.
b:set(ffi.new("char[3]", "abc"), 3)
collectgarbage() collectgarbage()
print(b)
ffi.cdef "typedef struct { int32_t a; char s[4]; } set_t;"
local set = ffi.new("set_t", 0x2a2a2a2a, "end")
print(b:set(set, 7))
print(b:set(set.s, 3), b:set("string"), b:set(set, 4LL))
-- What follows is as with any other contents.
b:set(bytes, 11):skip(6):put(" of C"):skip(1)
print(b, #b)
print(buffer.new():set(bytes, 5) .. "/" .. b)
local encoded = buffer.encode({ 1, "two", x = 3 })
local copy = ffi.new("uint8_t[?]", #encoded, encoded)
ffi.copy(copy, encoded, #encoded)
local decoded = b:set(copy, #encoded):decode()
print(decoded[1], decoded[2], decoded.x, #b)
for _, case in ipairs {
  function() b:set(bytes) end,
  function() b:set(bytes, -1) end,
  function() b:set(bytes, "1") end,
  function() b:set(12) end,
  function() b:set() end,
  function() b:set({}, 3) end,
  function() b:set(5LL, 3) end,
} do
  print(pcall(case))
end
