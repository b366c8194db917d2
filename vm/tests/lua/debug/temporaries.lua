-- Values that are no variables.
local function f(a) local n, v = debug.getlocal(1, 1) return n, v end
print(f(5))
print((debug.getlocal(0, 1)), select(2, debug.getlocal(0, 2)))
local function g(x, y) return (debug.getlocal(2, 1)) end
print(pcall(g, 1, 2))
