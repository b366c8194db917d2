-- A dumped function does what the original does.
local function again(f, ...) return assert(loadstring(string.dump(f, ...))) end
print(again(function() end)())
print(again(function(...) return select("#", ...), ... end)(1, nil, "x"))
print(again(function(a, b) return a + b * 2 - 0.5 end)(1, 2))
print(again(function() return 1e308 * 10, -1e308 * 10, 0x7fffffff, -2147483648, 1e15, 0.1 end)())
print(again(function() return "a\0b", "\255\n", ("x"):rep(3), #("y"):rep(300) end)())
local fib = again(function(n)
  local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
  return fib(n)
end)
print(fib(15))
print(again(function()
  local out = {}
  for i = 10, 1, -3 do out[#out + 1] = i end
  for i, v in ipairs({"a", "b", n = 1}) do out[#out + 1] = i .. v end
  local i = 0
  while true do i = i + 1 if i > 3 then break end out[#out + 1] = i end
  repeat local done = i > 6 i = i + 1 until done
  goto finish
  out[#out + 1] = "skipped"
  ::finish::
  return table.concat(out, " "), i
end)())
print(again(function(t) t.x.y = t.x.y .. "!" t[1], t[2] = t[2], t[1] return t.x.y, t[1], t[2], not t.z end)({x = {y = "y"}, 1, 2}))
-- Twice through the mill.
print(again(again(function() return {1, 2, {3}} end))()[3][1])
-- Without debug information it runs all the same.
for _, strip in ipairs({true, false, "s", "d", "sd", "", 0}) do
  print(strip, again(function(n) local s = 0 for i = 1, n do s = s + i end return s end, strip)(10))
end
