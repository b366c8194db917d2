local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

function Ship:update(dt, ...)
  self.x = self.x + self.vx * dt
  return self:moved(dt, ...)
end

local count = 0
local function counter()
  count = count + 1
  return function() return count end
end
return fib(10), counter()
