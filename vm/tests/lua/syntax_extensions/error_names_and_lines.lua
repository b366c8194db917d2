-- Which names and lines errors report in the new forms.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local up
try(function(a) a += 1 end)
try(function(a) a.b.c += 1 end, {})
try(function(a)
  a
  .x
  +=
  1
end, {})
try(function(a, b) a[b] ..= 1 end, {}, {})
try(function() up += 1 end)
try(function() glob -= 1 end)
try(function(a) a.x = a.x & 1 end, {})
try(function(a) return a?.b.c end, {})
try(function(a) return a?.b.c.d end, {})
try(function(a) return a?.b() end, {})
try(function(a) return a?.:b() end, {})
try(function(a) return a:b?.().c end, {b = function() end})
try(function(a) return (a ?? up).x end)
try(function(a) return (a ? a : up).x end)
try(function(a) return a
  ?.b
  .c
  .d end, {})
try(function(a) return a
  & 1 end, {})
try(function(a) return (a
  ?? up)
  + 1 end)
try(function(a) return a
  ? 1 : up
  .x end)
try(x -> x.y.z, {})
try(|| -> up.x)
try(x -> do
  local y = x
  y += {}
end, 1)
print(debug.traceback("t", 1):match("in main chunk"))
