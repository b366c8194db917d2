-- LuaJIT's math.log takes a base.
print(math.log(8, 2), math.log(100, 10), math.log(1024, 2), math.log(27, 3), math.log(2, 4))
print(math.log(0, 2), math.log(1, 10), math.log(8, 0.5))
print(pcall(math.log))
print(pcall(math.log, "x"))
print(pcall(math.log, 1, "x"))
print(math.log10(0.001), math.log("100", "10"))
