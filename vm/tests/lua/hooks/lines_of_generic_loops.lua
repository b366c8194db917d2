-- Iterators in C, in Lua, and none at all.
local seen = {}
local function range(n, i)
  if i < n then
    return i + 1
  end
end
local function f()
  local n = 0
  for k, v in pairs({1, 2}) do
    n = n + v
  end
  for i, v in ipairs({1, 2}) do
    n = n + v
  end
  for i in range, 2, 0 do
    n = n + i
  end
  for k in next, {} do n = 0 end
  return n
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
