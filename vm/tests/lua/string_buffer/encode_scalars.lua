-- The bytes of simple values.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local function show(...) print(..., hex(buffer.encode((...)))) end
show(nil) show(true) show(false) show(0) show(1) show(-1) show(0.5) show(2^31) show(2^53) show(1e300) show(-0) show(1/0) show(-1/0) show(0/0)
show("") show("a") show("abc\0def")
for _, n in ipairs{190, 191, 192, 193, 0xe0 - 0x20, 0x1fbf, 0x1fc0, 0x1fc1, 10000} do
  local s = buffer.encode(("x"):rep(n))
  print(n, #s, hex(s:sub(1, 8)))
end
print(hex(buffer.encode(1LL)), hex(buffer.encode(-1LL)), hex(buffer.encode(0xfedcba9876543210ULL)), hex(buffer.encode(0ULL)))
print(pcall(buffer.encode)) print(pcall(buffer.encode, print)) print(pcall(buffer.encode, io.stdout))
print(pcall(buffer.encode, coroutine.create(print))) print(pcall(buffer.encode, newproxy())) print(pcall(buffer.encode, buffer.new()))
print(pcall(function() return buffer.encode({print}) end))
print(select("#", buffer.encode(1, 2)))
