-- A local is visible from the statement after its declaration.
local x = 1
local x = x + 1
print(x)
do
  local x = x * 10
  print(x)
  do local x = "inner" print(x) end
  print(x)
end
print(x)
y = "global"
local y = y .. "+local"
print(y, _G.y)
_G.y = nil
local function f(x) local x = x or "default" return x end
print(f(), f(5))
for i = 1, 2 do local i = i * 100 io.write(i, " ") end
print()
repeat local done = true until done
print(done)
local f = function() return type(f) end
print(f())
local function g() return type(g) end
print(g())
