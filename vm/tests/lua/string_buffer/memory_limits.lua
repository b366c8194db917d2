-- More than a buffer can hold.
local buffer = require("string.buffer")
local b = buffer.new():put("x")
print(pcall(buffer.new, 2^31 - 1), pcall(buffer.new, 2^32))
print(pcall(b.get, b, 2^31 - 1))
print(pcall(b.skip, b, 2^31 - 256), #b)
print(pcall(b.skip, b, 0x7fffff01))
print(b:put("still"):tostring())
