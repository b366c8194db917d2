-- Ranges hold and equal seeds repeat; the sequence itself is not specified.
math.randomseed(42)
local a = {math.random(), math.random(10), math.random(5, 7)}
math.randomseed(42)
local b = {math.random(), math.random(10), math.random(5, 7)}
print(a[1] == b[1], a[2] == b[2], a[3] == b[3])
local ok, seen = true, {}
for i = 1, 1000 do
  local x, y, z = math.random(), math.random(6), math.random(-3, 3)
  ok = ok and x >= 0 and x < 1 and y >= 1 and y <= 6 and y % 1 == 0 and z >= -3 and z <= 3
  seen[y] = true
end
print(ok, #seen)
print(math.random(1), math.random(5, 5), math.random(-2, -2))
print(pcall(math.random, 2, 1))
print(pcall(math.random, 1, 2, 3) ~= nil)
print(pcall(math.random, "x"))
math.randomseed(1) local x = math.random() math.randomseed(2) print(x ~= math.random())
math.randomseed(1.5) print(type(math.random(2^40)))
