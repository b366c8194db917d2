-- Every pass through a loop is seen.
local seen = {}
local function trace(_, line) seen[#seen + 1] = line end
local function traced(f, ...)
  seen = {}
  debug.sethook(trace, "l")
  f(...)
  debug.sethook()
  print(table.concat(seen, " "))
end
traced(function(n)
  for i = 1, n do
    local x = i
  end
end, 3)
traced(function(n)
  while n > 0 do
    n = n - 1
  end
end, 3)
traced(function(t)
  for _, v in ipairs(t) do
    local y = v
  end
  for k in pairs(t) do
    local y = k
  end
end, {4, 5})
traced(function() for i = 1, 3 do local x = i end end)
