-- Complex numbers have a binary form, those of `complex float` have none.
local buffer = require("string.buffer")
local ffi = require("ffi")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
for _, c in ipairs{2i, ffi.new("complex", 1, -2), ffi.new("complex", -0.0, 1e300), ffi.new("complex double", 3.5)} do
  local s = buffer.encode(c)
  local back = buffer.decode(s)
  print(hex(s), back, ffi.typeof(back), back == c, back.re, back.im)
end
print(pcall(buffer.encode, ffi.new("complex float", 1, 2)))
print(pcall(buffer.encode, ffi.new("complex[2]")))
local t = buffer.decode(buffer.encode{1i, {x = 2i}, 3LL})
print(t[1], t[2].x, t[3])
local nans = buffer.decode("\x12\1\0\0\0\0\0\xf8\xff\xff\xff\xff\xff\xff\xff\xff\xff")
print(nans.re ~= nans.re, nans.im ~= nans.im)
print(pcall(buffer.decode, "\x12" .. ("\0"):rep(15)))
print(pcall(buffer.decode, "\x12" .. ("\0"):rep(17)))
local b = buffer.new():encode(4i):encode(5i)
print(b:decode(), b:decode(), #b)
-- Errors of what follows come before those of a pointer that is too high.
for _, s in ipairs{"\x0c\x03\5\xff\xff\xff\xff\xff\xff\xff\xff", "\x0c\x03\5\xff\xff\xff\xff\xff\xff\xff\xff\x13", "\5\xff\xff\xff\xff\xff\xff\xff\xff\0"} do
  print(pcall(buffer.decode, s))
end
