-- Wrong arguments of every function.
for _, name in ipairs{"create", "wrap", "resume", "status"} do
  local f = coroutine[name]
  print(name, pcall(f)) print(name, pcall(f, nil)) print(name, pcall(f, 1)) print(name, pcall(f, "x")) print(name, pcall(f, {})) print(name, pcall(f, setmetatable({}, {__call = function() end})))
  print(name, pcall(function() f({}) end))
end
print(pcall(coroutine.resume, print)) print(pcall(coroutine.wrap, coroutine.create(print))) print(pcall(coroutine.status, print))
print(coroutine.running(), coroutine.running(1), select("#", coroutine.running())) print(coroutine.isyieldable(), coroutine.isyieldable(1)) print(pcall(coroutine.yield)) print(pcall(coroutine.yield, 1, 2)) print(pcall(function() coroutine.yield() end))
