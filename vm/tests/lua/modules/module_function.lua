-- module() creates a global table and sets the environment.
local f = loadstring([[
  module("mymodule", package.seeall)
  value = 5
  function get() return value, type(print) end
  return _NAME, _PACKAGE, _M ~= nil
]], "=mod")
print(f())
print(mymodule.value, mymodule.get())
print(package.loaded.mymodule == mymodule, value)
local g = loadstring("module('outer.inner') x = 1", "=mod2") g()
print(outer.inner.x, outer.inner._NAME, outer.inner._PACKAGE)
print(pcall(loadstring("module('string.upper.x')", "=m")))
mymodule, outer = nil, nil
