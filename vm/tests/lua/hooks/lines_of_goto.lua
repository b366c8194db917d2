-- A jump forwards is an event when the line changes, a jump back always.
local seen = {}
local function f()
  local i = 0
  ::top::
  i = i + 1
  if i < 3 then goto top end
  goto done
  i = 100
  ::done::
  return i
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
