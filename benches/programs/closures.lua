-- n: 3500000
-- Making closures, calling them, and writing through their upvalues.
local function account(balance)
  local function deposit(amount) balance = balance + amount end
  local function read() return balance end
  return deposit, read
end

local function compose(f, g)
  return function(x) return f(g(x)) end
end

return function(n)
  local deposit, read = account(0)
  local total = 0
  local double_plus = compose(function(x) return x + 1 end, function(x) return x * 2 end)
  for i = 1, n do
    deposit(i % 7)
    total = total + double_plus(i) % 5
    if i % 4 == 0 then
      local put, get = account(i)
      put(1)
      total = total + get() % 3
    end
  end
  return total .. " " .. read()
end
