-- Without an argument LuaJIT's `math.floor` under `pcall` takes what its register held before, here the argument of the call before.
print(pcall(math.floor, 7.5))
print(pcall(math.floor))
