-- Without traces there is nothing to tell about them.
-- Whatever was compiled of this program itself does not matter here.
jit.off()
jit.flush()
local util = require("jit.util")
for _, name in ipairs({"traceinfo", "tracemc"}) do
  local get = util[name]
  print(name, select("#", get(1)), select("#", get(0)), select("#", get(-1)), select("#", get(99999)))
  print(pcall(get))
  print(pcall(get, "x"))
  print(pcall(get, {}))
end
for _, name in ipairs({"traceir", "tracek", "tracesnap"}) do
  local get = util[name]
  print(name, select("#", get(1, 1)), select("#", get(0, 0)))
  print(pcall(get))
  print(pcall(get, 1))
  print(pcall(get, 1, "x"))
  print(pcall(get, "x", 1))
end
print(pcall(util.ircalladdr))
print(pcall(util.ircalladdr, -1))
print(pcall(util.traceexitstub, "x"))
