-- LuaJIT reserves `goto` only where a label follows.
local f, e = loadstring("local goto = 5 return goto + 1", "=c")
print(f and f(), e)
print(({goto = 1}).goto)
print(loadstring("goto done do local x = 1 end ::done:: return 'jumped'", "=c")())
