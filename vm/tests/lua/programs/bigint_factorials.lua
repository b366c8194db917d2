-- Big integers in base 10^7: addition, multiplication, powers, factorials, Fibonacci.
local BASE, W = 1e7, 7
local function big(n) local t = {} repeat t[#t + 1] = n % BASE n = math.floor(n / BASE) until n == 0 return t end
local function add(a, b) local r, c = {}, 0 for i = 1, math.max(#a, #b) do local s = (a[i] or 0) + (b[i] or 0) + c r[i] = s % BASE c = math.floor(s / BASE) end if c > 0 then r[#r + 1] = c end return r end
local function mul(a, b) local r = {} for i = 1, #a + #b do r[i] = 0 end for i = 1, #a do local c = 0 for j = 1, #b do local s = r[i + j - 1] + a[i] * b[j] + c r[i + j - 1] = s % BASE c = math.floor(s / BASE) end r[i + #b] = r[i + #b] + c end while #r > 1 and r[#r] == 0 do r[#r] = nil end return r end
local function str(a) local t = {tostring(a[#a])} for i = #a - 1, 1, -1 do t[#t + 1] = ("%07d"):format(a[i]) end return table.concat(t) end
local f = big(1) for i = 1, 40 do f = mul(f, big(i)) if i % 10 == 0 then print(i, str(f)) end end
local a, b = big(0), big(1) for i = 1, 150 do a, b = b, add(a, b) end print(str(a))
local function pow(x, n) local r = big(1) while n > 0 do if n % 2 == 1 then r = mul(r, x) end x = mul(x, x) n = math.floor(n / 2) end return r end
print(str(pow(big(2), 200))) print(str(pow(big(7), 77))) print(#str(pow(big(99), 50)))
