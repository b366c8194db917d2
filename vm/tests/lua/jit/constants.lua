-- What the library says about itself.
print(type(jit), type(jit.version), type(jit.version_num), jit.version_num)
print(jit.os, jit.arch)
print(jit.version:find("LuaJIT 2%.1") ~= nil)
print(package.loaded.jit == jit, require("jit") == jit)
local names = {}
for name, value in pairs(jit) do names[#names + 1] = name .. ":" .. type(value) end
table.sort(names)
print(table.concat(names, " "))
print(package.loaded["jit.opt"] == jit.opt, require("jit.opt") == jit.opt)
