-- Line events name each line once, in the order in which they run.
local seen = {}
local function trace(event, line) seen[#seen + 1] = event .. ":" .. tostring(line) end
local function work(a)
  local b = a + 1
  local c = b * 2

  if c > 5 then
    b = c
  else
    b = 0
  end
  return b + c
end
debug.sethook(trace, "l")
local r = work(3)
r = r + work(0)
debug.sethook()
print(r)
print(table.concat(seen, " "))
