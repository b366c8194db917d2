-- SHA-256 of short messages.
local band, bxor, bnot, ror, rshift, tobit = bit.band, bit.bxor, bit.bnot, bit.ror, bit.rshift, bit.tobit
local primes, k, h0, n = {}, {}, {}, 2
while #primes < 64 do local p = true for _, q in ipairs(primes) do if q * q > n then break end if n % q == 0 then p = false break end end if p then primes[#primes + 1] = n end n = n + 1 end
for i, p in ipairs(primes) do local c = p ^ (1/3) k[i] = math.floor((c % 1) * 2^32) if i <= 8 then h0[i] = math.floor((math.sqrt(p) % 1) * 2^32) end end
local function sha(s)
  local len = #s s = s .. "\128" .. ("\0"):rep((55 - len) % 64) .. "\0\0\0\0" .. string.char(math.floor(len * 8 / 2^24) % 256, math.floor(len * 8 / 65536) % 256, math.floor(len * 8 / 256) % 256, len * 8 % 256)
  local H = {unpack(h0)}
  for at = 1, #s, 64 do
    local w = {} for i = 1, 16 do local a, b, c, d = s:byte(at + i * 4 - 4, at + i * 4 - 1) w[i] = ((a * 256 + b) * 256 + c) * 256 + d end
    for i = 17, 64 do local x, y = w[i - 15], w[i - 2] w[i] = tobit(w[i - 16] + bxor(ror(x, 7), ror(x, 18), rshift(x, 3)) + w[i - 7] + bxor(ror(y, 17), ror(y, 19), rshift(y, 10))) end
    local a, b, c, d, e, f, g, h = unpack(H)
    for i = 1, 64 do local t1 = tobit(h + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + bxor(band(e, f), band(bnot(e), g)) + k[i] + w[i]) local t2 = tobit(bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + bxor(band(a, b), band(a, c), band(b, c))) h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2) end
    for i, v in ipairs{a, b, c, d, e, f, g, h} do H[i] = tobit(H[i] + v) end
  end
  for i = 1, 8 do H[i] = bit.tohex(H[i]) end return table.concat(H)
end
print(sha("")) print(sha("abc")) print(sha(("a"):rep(60)))
