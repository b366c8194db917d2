-- Loops in loops with returns, breaks and closures.
local function find(m, v) for i, row in ipairs(m) do for j, x in ipairs(row) do if x == v then return i, j end end end end
print(find({{1, 2}, {3, 4}}, 3), find({{1}}, 5))
local out = {}
for i = 1, 4 do
  local j = 0
  while true do
    j = j + 1
    if j > i then break end
    repeat
      if j == 2 then break end
      out[#out + 1] = i .. j
    until true
  end
end
print(table.concat(out, " "))
local primes = {}
for n = 2, 40 do local prime = true for d = 2, math.floor(math.sqrt(n)) do if n % d == 0 then prime = false break end end if prime then primes[#primes + 1] = n end end
print(table.concat(primes, " "))
local m = {} for i = 1, 3 do m[i] = {} for j = 1, 3 do m[i][j] = (i - 1) * 3 + j end end
local tr = {} for i = 1, 3 do tr[i] = {} for j = 1, 3 do tr[i][j] = m[j][i] end end
for i = 1, 3 do io.write(table.concat(tr[i], ","), ";") end print()
local s = 0 for i = 1, 10 do for j = i, 10 do for k = j, 10 do if i * i + j * j == k * k then s = s + 1 end end end end print(s)
