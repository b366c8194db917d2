-- In a call hook the function has not begun.
local log = {}
local function f(
  a, b
)
  local c = a
  return c
end
local function hook(event)
  local i = debug.getinfo(2, "nSl")
  local name, value = debug.getlocal(2, 1)
  log[#log + 1] = table.concat({event, tostring(i.name), i.what, i.currentline, i.linedefined, tostring(name), tostring(value)}, " ")
end
debug.sethook(hook, "cr")
local x = f(1)
x = math.abs(2)
x = (function() local y = 3
  return y end)()
debug.sethook()
for _, line in ipairs(log) do print(line) end
