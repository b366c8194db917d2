-- Parameters are captured like locals.
local function adder(a, ...)
  local n = select("#", ...)
  return function(b) a = a + b return a, n end
end
local f = adder(10, nil, nil)
print(f(1)) print(f(1))
local function self_capture(self) return function() return self end end
local t = {}
print(self_capture(t)() == t)
local function arg_pack(...) local args = {...} return function(i) return args[i] end end
print(arg_pack("a", "b")(2))
local function loop(n) local fs = {} for i = n, 1, -1 do fs[#fs + 1] = function() return n, i end end return fs end
print(loop(3)[1]()) print(loop(3)[3]())
