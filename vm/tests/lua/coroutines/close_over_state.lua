-- Locals of a suspended coroutine are shared with its closures.
local get, set
local co = coroutine.wrap(function()
  local v = 1
  get = function() return v end
  set = function(x) v = x end
  coroutine.yield()
  print("inside", v)
  v = v * 2
  coroutine.yield()
end)
co()
print(get()) set(10) print(get())
co()
print(get())
collectgarbage()
co()
print(get()) set("after death") print(get())
