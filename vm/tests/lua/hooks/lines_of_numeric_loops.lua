-- A numeric loop shows its first line again for every step.
local seen = {}
local function f(n)
  local sum = 0
  for i = 1, n do
    sum = sum + i
  end
  for i = n, 1, -2 do sum = sum - i end
  for i = 1, 0 do
    sum = 0
  end
  return sum
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f(3)
debug.sethook()
print(table.concat(seen, " "))
