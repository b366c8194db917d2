-- jit.util.funck and funcuvname.
local util = require("jit.util")
local a, b = 1, 2
local function f() return a, b, 1.5, "only" end
print(util.funcuvname(f, 0), util.funcuvname(f, 1), util.funcuvname(f, 2), util.funcuvname(f, -1))
local stripped = load(string.dump(f, true))
print(util.funcuvname(stripped, 0) == "", util.funcuvname(stripped, 2))
print(util.funck(f, 0), util.funck(f, 1), util.funck(f, 100))
print(util.funck(f, -1), util.funck(f, -2), util.funck(f, -100))
print(select("#", util.funck(f, 5)), select("#", util.funcuvname(f, 5)))
for _, name in ipairs({"funck", "funcuvname", "funcbc"}) do
  local get = util[name]
  print(name)
  print(pcall(get))
  print(pcall(get, f))
  print(pcall(get, f, "x"))
  print(pcall(get, f, nil))
  print(pcall(get, select, 0))
  print(pcall(get, 1, 0))
  print(pcall(get, f, 100000))
end
