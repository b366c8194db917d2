-- Loaded functions yield, fail and are collected like others.
local f = load(string.dump(function(a)
  local b = coroutine.yield(a + 1)
  local c = pcall(function() local d = coroutine.yield(b * 2) error(d) end)
  for i = 1, 3 do coroutine.yield(i) end
  return "done", c
end))
local co = coroutine.create(f)
print(coroutine.resume(co, 1))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, "x"))
print(coroutine.resume(co)) print(coroutine.resume(co)) print(coroutine.resume(co)) print(coroutine.resume(co))
local kept = setmetatable({}, {__mode = "v"})
for i = 1, 10 do kept[i] = load(string.dump(function() return i end)) end
collectgarbage() collectgarbage()
local left = 0
for _ in pairs(kept) do left = left + 1 end
print(left)
