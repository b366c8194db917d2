-- A hook between a call and the return of all its results leaves them alone, also where variables are closed in between.
local function many() local t = {} for i = 1, 60 do t[i] = i end return unpack(t) end
local function f()
  local x = "first"
  local function capture() return x end
  return capture(), many()
end
local function g(...)
  local x = "first"
  local function capture() return x end
  do local y = x capture = function() return y end end
  return capture(), ...
end
local function hook() local a, b, c, d = {}, {}, {}, {} return {a, b, c, d, {a, {b, {c}}}} end
local function show(...) local n = select("#", ...) return n, (...), (select(n, ...)) end
for _, mask in ipairs({"", "l", "crl"}) do
  debug.sethook(hook, mask, mask == "" and 1 or 0)
  local a, b, c = show(f())
  local d, e, g1 = show(g(many()))
  local sum = 0
  for _, v in ipairs({select(2, f())}) do sum = sum + v end
  debug.sethook()
  print(a, b, c, d, e, g1, sum)
end
