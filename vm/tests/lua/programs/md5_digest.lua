-- MD5: 32-bit additions through bit.tobit.
local band, bor, bxor, bnot, rol, tobit, bswap = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rol, bit.tobit, bit.bswap
local K, S = {}, {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}} for i = 0, 63 do K[i] = math.floor(math.abs(math.sin(i + 1)) * 2^32) end
local function md5(s)
  local n = #s s = s .. "\128" .. ("\0"):rep((55 - n) % 64) for i = 0, 7 do s = s .. string.char(math.floor(n * 8 / 256 ^ i) % 256) end
  local A, B, C, D = 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476
  for chunk = 1, #s, 64 do
    local m = {} for i = 0, 15 do local a, b, c, d = s:byte(chunk + i * 4, chunk + i * 4 + 3) m[i] = a + b * 256 + c * 65536 + d * 16777216 end
    local a, b, c, d = A, B, C, D
    for i = 0, 63 do
      local f, g local r = math.floor(i / 16)
      if r == 0 then f, g = bor(band(b, c), band(bnot(b), d)), i elseif r == 1 then f, g = bor(band(d, b), band(bnot(d), c)), (5 * i + 1) % 16
      elseif r == 2 then f, g = bxor(b, c, d), (3 * i + 5) % 16 else f, g = bxor(c, bor(b, bnot(d))), 7 * i % 16 end
      f = tobit(f + a + K[i] + m[g]) a, d, c = d, c, b b = tobit(b + rol(f, S[r + 1][i % 4 + 1]))
    end
    A, B, C, D = tobit(A + a), tobit(B + b), tobit(C + c), tobit(D + d)
  end
  local out = {} for _, v in ipairs{A, B, C, D} do out[#out + 1] = bit.tohex(bswap(v)) end return table.concat(out)
end
for _, s in ipairs{"", "a", "abc", "message digest", ("1234567890"):rep(8)} do print(md5(s)) end
