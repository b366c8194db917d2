-- table.sort and gsub callbacks cannot yield.
local function try(f)
  print(coroutine.resume(coroutine.create(f)))
end
try(function() table.sort({3, 2, 1}, function(a, b) coroutine.yield() return a < b end) end)
try(function() return (("abc"):gsub("b", function() coroutine.yield() end)) end)
print(pcall(coroutine.yield))
