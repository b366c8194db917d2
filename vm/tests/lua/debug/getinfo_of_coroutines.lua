-- Levels of another coroutine.
local function inner(x) local y = x coroutine.yield(y) return y end
local function outer(x) inner(x) return 1 end
local co = coroutine.create(outer)
print(debug.getinfo(co, 0))
coroutine.resume(co, 1)
for level = 0, 4 do
  local i = debug.getinfo(co, level, "nSl")
  print(level, i and i.name, i and i.namewhat, i and i.what, i and i.currentline, i and i.linedefined)
end
print(debug.getlocal(co, 1, 1), debug.getlocal(co, 1, 2), debug.getlocal(co, 2, 1))
print(debug.setlocal(co, 1, 2, "set"), select(2, debug.getlocal(co, 1, 2)))
coroutine.resume(co)
print(coroutine.status(co), debug.getinfo(co, 0))
local bad = coroutine.create(function() local here = 1 error("x") end)
coroutine.resume(bad)
print(debug.getinfo(bad, 0, "S").what, debug.getinfo(bad, 1, "l").currentline, debug.getlocal(bad, 1, 1))
