-- A finalizer may store its object; it is not finalized twice.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local saved, count = nil, 0
do
  local u = newproxy(true)
  local mt = getmetatable(u)
  mt.__gc = function(o) count = count + 1 saved = o end
  mt.__index = {data = "still usable"}
  u = nil
end
collect()
print(type(saved), saved.data, count)
saved = nil collect()
print(saved, count)
local t = {value = 5} local got
do local u = newproxy(true) getmetatable(u).__gc = function() got = t.value end end
collect() print(got)
