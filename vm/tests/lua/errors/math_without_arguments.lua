-- Without an argument LuaJIT's `math.floor` under `pcall` takes what its register held before: here the string that had no such byte.
local function try(f, ...)
  print(pcall(f, ...))
end
try(function()
  try(function()
    print(pcall(math.floor, string.byte('a', -3)))
    return 1
  end, 1, 'two', nil)
end, 1, nil)
