-- A hook may replace or remove itself.
local log = {}
local function second(event, line) log[#log + 1] = "second " .. line if #log >= 4 then debug.sethook() end end
local function first(event, line)
  log[#log + 1] = "first " .. line
  if #log == 2 then debug.sethook(second, "l") end
end
local function f()
  local a = 1
  a = a + 1
  a = a + 1
  a = a + 1
  a = a + 1
  return a
end
debug.sethook(first, "l")
local r = f()
print(r, debug.gethook())
print(#log)
for i = 2, #log do print(log[i]) end
