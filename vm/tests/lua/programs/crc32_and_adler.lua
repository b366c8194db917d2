-- CRC-32 with a table of bit operations, Adler-32 and Fletcher-16 with arithmetic.
local band, bxor, rshift, bnot, tohex = bit.band, bit.bxor, bit.rshift, bit.bnot, bit.tohex
local tab = {} for i = 0, 255 do local c = i for _ = 1, 8 do c = band(c, 1) == 1 and bxor(rshift(c, 1), 0xEDB88320) or rshift(c, 1) end tab[i] = c end
local function crc(s) local c = -1 for i = 1, #s do c = bxor(rshift(c, 8), tab[band(bxor(c, s:byte(i)), 255)]) end return tohex(bnot(c)) end
local function adler(s) local a, b = 1, 0 for i = 1, #s do a = (a + s:byte(i)) % 65521 b = (b + a) % 65521 end return ("%08x"):format(b * 65536 + a) end
local function fletcher(s) local a, b = 0, 0 for i = 1, #s do a = (a + s:byte(i)) % 255 b = (b + a) % 255 end return b * 256 + a end
for _, s in ipairs{"", "a", "123456789", "The quick brown fox jumps over the lazy dog", ("x"):rep(200), "\0\0\0"} do print(#s, crc(s), adler(s), fletcher(s)) end
