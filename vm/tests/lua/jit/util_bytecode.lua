-- jit.util.funcbc: instructions from 1 on, until there are no more.
local util = require("jit.util")
local function f(n) local t = {} for i = 1, n do t[i] = i end return t end
local count = 0
for pc = 1, 1000 do
  local insn, mode = util.funcbc(f, pc)
  if not insn then break end
  count = count + 1
  if type(insn) ~= "number" or type(mode) ~= "number" then print("not numbers", pc) end
end
print(count > 3, count == util.funcinfo(f).bytecodes - 1)
print(select("#", util.funcbc(f, 1)), select("#", util.funcbc(f, count + 1)), select("#", util.funcbc(f, -1)))
