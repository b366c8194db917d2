-- A hook reads and writes the variables of what it stopped.
local log = {}
local function f(a, b)
  local c = a + b
  local d = c * 2
  return d
end
debug.sethook(function(event, line)
  local info = debug.getinfo(2, "fl")
  if info.func ~= f then return end
  local names = {}
  for i = 1, 10 do
    local name, value = debug.getlocal(2, i)
    if not name then break end
    if name:sub(1, 1) ~= "(" then names[#names + 1] = name .. "=" .. tostring(value) end
  end
  log[#log + 1] = info.currentline == line and table.concat(names, ",") or "?"
  if #names == 3 then debug.setlocal(2, 3, 100) end
end, "l")
local r = f(1, 2)
debug.sethook()
print(r)
for _, line in ipairs(log) do print(line) end
