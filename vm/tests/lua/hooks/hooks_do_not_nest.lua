-- What a hook runs raises no events.
local events, depth, deepest = 0, 0, 0
local function helper(n) return n > 0 and helper(n - 1) or 0 end
debug.sethook(function()
  depth = depth + 1
  deepest = math.max(deepest, depth)
  events = events + 1
  helper(5)
  for i = 1, 10 do local x = i end
  depth = depth - 1
end, "crl")
local x = 1
x = x + 1
debug.sethook()
print(events > 0, deepest, depth)
