-- n: 6000000
-- Generators feeding a pipeline: resume and yield.
local yield, wrap = coroutine.yield, coroutine.wrap

local function count(n)
  return wrap(function()
    for i = 1, n do yield(i) end
  end)
end

local function keep_odd(source)
  return wrap(function()
    for value in source do
      if value % 2 == 1 then yield(value) end
    end
  end)
end

return function(n)
  local sum = 0
  for value in keep_odd(count(n)) do sum = sum + value end
  local short_lived = 0
  for i = 1, n / 20 do
    local step = count(3)
    short_lived = short_lived + step() + step()
  end
  return sum .. " " .. short_lived
end
