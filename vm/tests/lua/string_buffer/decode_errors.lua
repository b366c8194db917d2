-- Bytes that mean nothing.
local buffer = require("string.buffer")
local _ = 1LL
local function try(s) print((s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)), select(2, pcall(function() return tostring(buffer.decode(s)):gsub("0x.*", "") end))) end
try("") try("\xe0") try("\xff") try("\xff\0\0\0") try("\x21") try("\x25abc") try("\x07") try("\x07\0\0\0") try("\x06\0\0") try("\x10\0") try("\x04\0") try("\x05\0\0\0\0")
try("\x0a") try("\x0a\x02") try("\x0a\x02\x00") try("\x09") try("\x09\x01") try("\x09\x01\x21a") try("\x0b\x01") try("\x0c\x03\x00")
try("\x0f") try("\x0f\x00") try("\x0f\x05") try("\x0e") try("\x0e\x00") try("\x0e\xe5\x01") try("\x0f\xff\xff\xff\xff\xff") try("\x0f\xff\xfe\xff\xff\x7f")
for tag = 0x13, 0x1f do try(string.char(tag)) end
try("\x00\x00") try("\x02x") try("\x08\x08")
try("\x09\x01\x00\x02") try("\x09\x01\x07\0\0\0\0\0\0\xf8\x7f\x02") try("\x09\x02\x21a\x02\x21a\x02") try("\x09\x02\x21a\x00\x21a\x00")
try("\x0d\x02\x01\x02\x07\0\0\0\0\0\0\xf0\x3f\x02")
try("\x0a\xff\xff\xff\xff\xff") try("\x09\xff\xff\xff\xff\xff") try("\x0b\x01\xff\xff\xff\xff\x0f\x02")
try("\xff\xff\xff\xff\xff") try("\xff\x1f\0\0\0") try("\xff\x20\0\0\0") try("\xff\x02\0\0\0")
print(pcall(buffer.decode)) print(pcall(buffer.decode, 1)) print(pcall(buffer.decode, nil)) print(pcall(buffer.decode, buffer.new()))
print(pcall(function() return buffer.decode("\x1f") end))
