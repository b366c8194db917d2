-- A hook is named after the instruction it interrupts, if that could call something.
local log = {}
local t = {x = 1}
local function f()
  local a = t.x
  local b = a + 1
  local c = -b
  local d = 1
  t.x = d
  return d
end
debug.sethook(function(_, line)
  local i = debug.getinfo(1, "n")
  log[#log + 1] = line .. " " .. tostring(i.name) .. " " .. i.namewhat
end, "l")
f()
debug.sethook()
for _, line in ipairs(log) do print(line) end
