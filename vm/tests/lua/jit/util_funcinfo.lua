-- jit.util.funcinfo: what does not depend on the instruction set.
local util = require("jit.util")
print(package.loaded["jit.util"] == util)
local up = 1
local function f(a, b, ...)
  local c = a + up
  return function() return c, up end
end
local function show(f, pc)
  local info = util.funcinfo(f, pc)
  print(info.linedefined, info.lastlinedefined, info.params, info.isvararg, info.children, info.upvalues, info.source, info.loc,
        info.currentline)
end
show(f)
show(f, 0)
show(f, 1)
show(f, -1)
show(f, 100000)
show(f(1))
show(loadstring("return 1", "=named"))
show(loadstring("return 1", "@folder/file.lua"))
show(loadstring("return 1", "@file.lua"))
show(loadstring("return 1", "@a\\b/c.lua"))
show(loadstring("return 1"))
show(loadstring("\n\nreturn function() end", "=lines")())
show(load(string.dump(f)))
show(load(string.dump(f, true), "=stripped"))
show(load(string.dump(f, true), "=stripped"), 2)
print(type(util.funcinfo(f).stackslots), type(util.funcinfo(f).bytecodes), type(util.funcinfo(f).gcconsts), type(util.funcinfo(f).nconsts))
local native = util.funcinfo(select)
print(native.upvalues, type(native.addr), native.source, native.params)
print(pcall(util.funcinfo))
print(pcall(util.funcinfo, 1))
print(pcall(util.funcinfo, "f"))
print(pcall(util.funcinfo, f, "x"))
print(pcall(util.funcinfo, f, {}))
