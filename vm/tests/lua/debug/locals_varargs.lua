-- Extra arguments have negative numbers.
local function f(a, ...)
  local b = 2
  for i = -1, -4, -1 do print(i, debug.getlocal(1, i)) end
  print(debug.setlocal(1, -2, "set"), ...)
  print(debug.setlocal(1, -9, "set"))
  print(debug.getlocal(1, 1)) print(debug.getlocal(1, 2))
end
f(1, "x", "y", "z")
f()
local function g() return debug.getlocal(1, -1) end
print((g()))
