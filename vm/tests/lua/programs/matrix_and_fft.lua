-- Matrix product and a small Fourier transform.
local function mul(a, b) local r = {} for i = 1, #a do r[i] = {} for j = 1, #b[1] do local s = 0 for k = 1, #b do s = s + a[i][k] * b[k][j] end r[i][j] = s end end return r end
local m = {{1, 2}, {3, 4}} local p = m for _ = 1, 5 do p = mul(p, m) end
print(p[1][1], p[1][2], p[2][1], p[2][2])
local function fft(x)
  local n = #x if n == 1 then return {x[1]} end
  local e, o = {}, {} for i = 1, n, 2 do e[#e + 1] = x[i] o[#o + 1] = x[i + 1] end
  e, o = fft(e), fft(o)
  local r = {}
  for k = 1, n / 2 do
    local a = -2 * math.pi * (k - 1) / n
    local c, s = math.cos(a), math.sin(a)
    local re, im = c * o[k][1] - s * o[k][2], c * o[k][2] + s * o[k][1]
    r[k], r[k + n / 2] = {e[k][1] + re, e[k][2] + im}, {e[k][1] - re, e[k][2] - im}
  end
  return r
end
local x = {} for i = 1, 8 do x[i] = {i % 3, 0} end
for _, c in ipairs(fft(x)) do io.write(("%.6f,%.6f "):format(c[1] + 0, c[2] + 0)) end print()
