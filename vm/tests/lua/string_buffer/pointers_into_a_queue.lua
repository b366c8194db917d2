-- A reader that takes frames from a queue by address, as a server does.
local ffi = require("ffi")
local buffer = require("string.buffer")
ffi.cdef "typedef struct __attribute__((packed)) { uint16_t size; uint8_t kind; } frame_t;"
local header = ffi.sizeof("frame_t")
local queue = buffer.new()
local function send(kind, payload)
  local p = queue:reserve(header + #payload)
  local frame = ffi.cast("frame_t *", p)
  frame.size, frame.kind = #payload, kind
  ffi.copy(p + header, payload, #payload)
  queue:commit(header + #payload)
end
local function receive()
  local p, n = queue:ref()
  if n < header then return nil end
  local frame = ffi.cast("const frame_t *", p)
  local size, kind = frame.size, frame.kind
  if n < header + size then return nil end
  queue:skip(header)
  return kind, queue:get(size)
end
for i = 1, 300 do
  send(i % 7, ("x"):rep(i % 100))
  if i % 2 == 0 then receive() end
end
local count, sum = 0, 0
while true do
  local kind, payload = receive()
  if not kind then break end
  count, sum = count + 1, sum + kind * #payload
end
print(count, sum, #queue)
send(3, "last")
print(receive())
print(receive())
