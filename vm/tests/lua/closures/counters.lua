-- Each closure has its own captured variables; siblings share them.
local function counter()
  local n = 0
  return function() n = n + 1 return n end, function() return n end, function(v) n = v end
end
local inc, get, set = counter()
local inc2, get2 = counter()
inc() inc() inc2()
print(get(), get2())
set(10)
print(inc(), get(), get2())
local function nested() local a = 1 return function() local b = a + 1 return function() a = a + b return a end end end
local f = nested()()
print(f(), f(), nested()()())
