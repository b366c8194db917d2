-- The branches taken, and no others.
local seen
local function f(a)
  if a == 1 then
    a = 10
  elseif a == 2 then
    a = 20
  else
    a = 30
  end
  local b = a > 15 and "big" or "small"
  if not a then
    b = 1
  end
  return b
end
for i = 1, 3 do
  seen = {}
  debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
  f(i)
  debug.sethook()
  print(i, table.concat(seen, " "))
end
