-- Without an argument LuaJIT's `math.floor` under `pcall` reads whatever its register held.
print(pcall(math.floor))
