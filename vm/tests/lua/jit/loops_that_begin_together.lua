-- Loops with nothing in them, and loops that begin with another loop: where the one begins so does the other.
local t, n = {1, 2, a = 1}, 0
for i = 1, 200 do for k, v in pairs(t) do end n = n + 1 end
for i = 1, 200 do for k in ipairs({1, 2, 3}) do end n = n + 1 end
for i = 1, 200 do for k in pairs({i}) do end for j = 1, 3 do end n = n + 1 end
print(n)
local function steps(limit)
  local i = 0
  return function() i = i + 1 n = n + i if i <= limit then return i end end
end
for i = 1, 60 do for _ in steps(i % 5) do end end
print(n)

-- Assignments to the variable of a `for` by a loop in it.
local out, s = {}, 0
for i = 1, 60 do repeat i = i + 1 out[#out + 1] = i until i % 7 == 0 end
for i = 1, #out do s = (s * 3 + out[i]) % 1000003 end
print(#out, s)
s = 0
for r = 1, 60 do for i = 1, 5 do while i < 8 do i = i + 1 s = (s * 3 + i) % 1000003 end end end
print(s)
s = 0
for r = 1, 60 do for i = 5, 1, -1 do while i > r % 4 do i = i - 1 s = (s * 3 + i) % 1000003 end s = s + i end end
print(s)
local words = {a = 1, b = 2, c = 3, d = 4}
s = 0
for r = 1, 60 do
  for k, v in pairs(words) do repeat k = k .. "x" s = s + #k until #k > 5 s = s + v end
  for k, v in ipairs({5, 6, 7}) do while k < 5 do k = k + 1 s = s + k * v end end
  for k in steps(r % 4) do while k < 9 do k = k * 2 s = s + k end end
end
print(s)

-- Three of them, left in the middle, with jumps.
local function nest(limit)
  local count = 0
  for i = 1, 6 do
    while i < limit do
      repeat
        count = count + 1
        i = i + 1
        if count % 50 == 49 then return -count end
      until i % 3 == 0
      if i > 20 then break end
    end
  end
  return count
end
local results = {}
for limit = 1, 40 do results[limit] = nest(limit) end
print(table.concat(results, " "))
local jumps = 0
for i = 1, 80 do
  ::again::
  jumps = jumps + i
  if jumps % 3 == 0 then i = i + 1 goto again end
  if jumps % 7 == 0 then i = i + 2 goto again end
end
print(jumps)
local outer, inner = 0, 0
while outer < 60 do
  while inner % 11 ~= 0 do inner = inner + 3 end
  repeat inner = inner + 1 until inner % 4 == 0
  outer = outer + 1
end
repeat
  repeat inner = inner + 5 outer = outer - 1 until inner % 3 == 0
until outer < 0
print(outer, inner)
