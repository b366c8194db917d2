-- Functions made in loops: each turn's variables are its own, shared by the functions of that turn.
local made = {}
for i = 1, 40 do
  local count, name = 0, "n" .. i
  local function add(by) count = count + by * i return count end
  local function get() return count, name, i end
  made[i] = {add, get}
  if i % 3 == 0 then add(1) end
end
local sum = 0
for round = 1, 3 do
  for i = 1, #made do sum = sum + made[i][1](round) end
end
print(sum)
for i = 1, 40, 13 do print(made[i][2]()) end

-- The same variable for all turns, written by the loop and by what it makes.
local shared, adders = 0, {}
for i = 1, 40 do
  shared = shared + i
  adders[i] = function(by) shared = shared + by return shared end
  if i % 7 == 0 then adders[i](1000) end
end
print(shared, adders[1](1), adders[40](1), shared)

-- Functions that call themselves, and each other, made anew in each turn.
local results = {}
for i = 1, 30 do
  local function factorial(n) return n < 2 and 1 or n * factorial(n - 1) end
  local even, odd
  function even(n) if n == 0 then return true end return odd(n - 1) end
  function odd(n) if n == 0 then return false end return even(n - 1) end
  results[i] = factorial(i % 10) .. (even(i) and "e" or "o")
end
print(table.concat(results, " "))

-- In functions that are inlined, with variables of two functions, and of variable numbers of arguments.
local function counter(step, ...)
  local n, extra = 0, select("#", ...)
  return function() n = n + step + extra return n end, function() return function() return n * 10 end end
end
local total = 0
for i = 1, 40 do
  local next, later
  if i % 2 == 0 then next, later = counter(i, i, i) else next, later = counter(i) end
  next()
  total = total + next() + later()()
end
print(total)

-- Left in the middle: by `break`, by an error, by a function that asks for the variables.
local function first(limit)
  local got
  for i = 1, 60 do
    local kept = i * 2
    got = function() kept = kept + 1 return kept end
    if i == limit then break end
    if i == 57 then error({got = got}) end
  end
  return got
end
for limit = 10, 58, 8 do
  local fine, got = pcall(first, limit)
  if fine then print(limit, got(), got()) else print(limit, got.got(), got.got()) end
end
local fine, got = pcall(first, 59)
print(fine, got.got())

-- In coroutines, which leave the loop while variables are shared.
local function generator(n)
  return coroutine.wrap(function()
    for i = 1, n do
      local value = i
      local function double() value = value * 2 return value end
      coroutine.yield(double)
      if value ~= i * 2 then coroutine.yield(function() return -value end) end
    end
  end)
end
local values = 0
for i = 1, 10 do
  for double in generator(12) do
    values = values + double()
    if i % 2 == 0 and values % 5 == 0 then values = values + double() end
  end
end
print(values)

-- Environments, and functions that nobody calls.
local env = setmetatable({}, {__index = _G})
local in_env = setfenv(function(n)
  local last
  for i = 1, n do last = function() where = i return where end end
  return last
end, env)
print(in_env(50)(), env.where, where)
local same, previous = 0, nil
for i = 1, 50 do
  local f = function() return 1 end
  if f == previous then same = same + 1 end
  previous = f
end
print(same)

-- Sorted and searched with functions made in place.
local list = {}
for i = 1, 30 do
  local key = i * 7 % 11
  list[i] = key
  if i % 6 == 0 then table.sort(list, function(a, b) return a == b and false or (a + key) % 12 < (b + key) % 12 end) end
end
print(table.concat(list, ","))

-- An event system: what is added in a turn is taken away in it.
local listeners, heard = {}, 0
local function on(listener)
  listeners[#listeners + 1] = listener
  return function()
    for i = #listeners, 1, -1 do
      if listeners[i] == listener then table.remove(listeners, i) break end
    end
  end
end
on(function(n) heard = heard + n end)
for i = 1, 60 do
  local off = on(function(n) heard = heard + n * i end)
  for j = 1, #listeners do listeners[j](i % 4) end
  if i % 20 ~= 0 then off() end
end
print(heard, #listeners)
