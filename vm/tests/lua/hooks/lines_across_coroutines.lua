-- A coroutine's lines follow those of whoever resumes it.
local seen = {}
local function body(a)
  local b = coroutine.yield(a)
  coroutine.yield(b) coroutine.yield(b)
  return b
end
local function f()
  local co = coroutine.create(body)
  coroutine.resume(co, 1) coroutine.resume(co, 2)
  coroutine.resume(co, 3)
  local w = coroutine.wrap(body)
  w(1) w(2)
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
