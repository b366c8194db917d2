-- Bad arguments, and a CRC and a hash as users write them.
print(pcall(bit.band))
print(pcall(bit.band, nil))
print(pcall(bit.band, 1, "x"))
print(pcall(bit.lshift, 1))
print(pcall(bit.bnot, {}))
print(pcall(function() return bit.bor(1, {}) end))
local function crc32(s)
  local crc = -1
  for i = 1, #s do
    crc = bit.bxor(crc, s:byte(i))
    for _ = 1, 8 do
      local mask = -bit.band(crc, 1)
      crc = bit.bxor(bit.rshift(crc, 1), bit.band(0xedb88320, mask))
    end
  end
  return bit.bnot(crc)
end
print(bit.tohex(crc32("123456789")), bit.tohex(crc32("")))
local function fnv(s) local h = 2166136261 for i = 1, #s do h = bit.bxor(h, s:byte(i)) h = bit.tobit(bit.lshift(h, 24) + bit.lshift(h, 8) + h * 147 % 2^32) end return bit.tohex(h) end
print(fnv("hello"), fnv("world"))
local x = 1 for i = 1, 20 do x = bit.bxor(x, bit.lshift(x, 13)) x = bit.bxor(x, bit.rshift(x, 17)) x = bit.bxor(x, bit.lshift(x, 5)) end print(x)
