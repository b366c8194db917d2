-- Bytes of C values appended to a buffer.
local ffi = require("ffi")
local buffer = require("string.buffer")
ffi.cdef "typedef struct { uint8_t tag; uint16_t size; char text[5]; } chunk_t;"
local b = buffer.new()
local chunk = ffi.new("chunk_t", 65, 0x4243, "hello")
print(b:putcdata(chunk, ffi.sizeof(chunk)) == b, #b)
print((b:tostring():gsub("[^%w]", ".")))
b:reset()
local bytes = ffi.new("uint8_t[10]", { 48, 49, 50, 51, 52, 53, 54, 55, 56, 57 })
b:putcdata(bytes, 10):putcdata(bytes + 3, 2):putcdata(bytes, 0)
print(b)
b:putcdata(ffi.cast("const char *", bytes) + 8, 2):put("|")
print(b)
local int = ffi.new("uint32_t[1]", 0x44434241)
print(b:reset():putcdata(int, 4):putcdata(int, 2LL):putcdata(int, 1ULL))
-- What is appended is copied.
bytes[0] = 120
b:reset():putcdata(bytes, 2)
bytes[1] = 121
print(b)
-- A pointer into a string, held by a value.
local text = "constant text"
local pointer = ffi.cast("const char *", text)
print(b:reset():putcdata(pointer + 9, 4))
-- Much, in many pieces.
b:reset()
local block = ffi.new("char[1000]", ("x"):rep(1000))
for i = 1, 200 do b:putcdata(block, 1000) end
print(#b, b:get(3), #b)
for _, case in ipairs {
  function() b:putcdata("text", 2) end,
  function() b:putcdata(12, 2) end,
  function() b:putcdata() end,
  function() b:putcdata(nil, 2) end,
  function() b:putcdata({}, 2) end,
  function() b:putcdata(bytes) end,
  function() b:putcdata(bytes, -1) end,
  function() b:putcdata(bytes, "2") end,
  function() b:putcdata(bytes, {}) end,
  function() b:putcdata(5LL, 2) end,
  function() b:putcdata(ffi.new("int", 3), 2) end,
  function() b:putcdata(1i, 2) end,
  function() b.putcdata({}, bytes, 2) end,
  function() b.putcdata() end,
} do
  print(pcall(case))
end
