-- LuaJIT's third argument of rep.
print(("ab"):rep(3, ","), ("ab"):rep(1, ","), ("ab"):rep(0, ",") == "", (""):rep(3, "-"), ("x"):rep(2, ""))
print(("ab"):rep(3, 0), #("a"):rep(100, ", "))
print(pcall(string.rep, "x", 2, {}))
print(pcall(string.rep, "x", 2, nil))
