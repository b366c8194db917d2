-- Errors pass through frames, keep identity and leave state consistent.
local log = {}
local function with(name, f, ...)
  log[#log + 1] = "open " .. name
  local r = {pcall(f, ...)}
  log[#log + 1] = "close " .. name
  if not r[1] then error(r[2], 0) end
  return unpack(r, 2)
end
print(pcall(with, "a", with, "b", function() error("inner") end))
print(with("c", function() return 1, 2 end))
print(table.concat(log, "; "))
local E = setmetatable({}, {__tostring = function(e) return "E!" end})
local ok, e = pcall(function() local ok, e = pcall(error, E) error(e) end)
print(ok, e == E, tostring(e))
local n = 0
for i = 1, 200 do if not pcall(error, i) then n = n + 1 end end
print(n)
local function f(n) if n == 0 then error("deep", 0) end local x = f(n - 1) return x end
print(pcall(f, 100))
print(pcall(function() return (function() return (function() error("in tail", 2) end)() end)() end))
