-- While a hook runs it is not called.
local depth, most, n = 0, 0, 0
local function helper() local x = 1 for i = 1, 3 do x = x + i end return x end
debug.sethook(function()
  depth = depth + 1
  most = math.max(most, depth)
  helper()
  n = n + 1
  depth = depth - 1
end, "clr", 1)
helper()
debug.sethook()
print(most, n > 5)
