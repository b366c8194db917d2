-- Call events for Lua functions and builtins, return events for Lua functions.
local seen = {}
local function trace(event)
  local info = debug.getinfo(2, "nS")
  seen[#seen + 1] = event .. ":" .. tostring(info.name) .. ":" .. info.what
end
local function inner(x) return x + 1 end
local function outer(x)
  local y = inner(x)
  y = math.floor(y)
  return y
end
local function tail(x) return inner(x) end
debug.sethook(trace, "cr")
outer(1)
tail(2)
debug.sethook()
for _, line in ipairs(seen) do print(line) end
