-- Allocation of every kind of object while the collector runs.
local live = {}
for i = 1, 2000 do
  local slot = i % 50 + 1
  local kind = i % 6
  if kind == 0 then live[slot] = {i, x = i}
  elseif kind == 1 then live[slot] = "string " .. i
  elseif kind == 2 then live[slot] = function() return i end
  elseif kind == 3 then live[slot] = coroutine.wrap(function() coroutine.yield(i) return i end)
  elseif kind == 4 then live[slot] = newproxy(true)
  else live[slot] = {{{i}}} end
end
collectgarbage()
local s = 0
for i = 1, 50 do
  local v = live[i]
  if type(v) == "table" then s = s + (type(v[1]) == "number" and v[1] or v[1][1][1])
  elseif type(v) == "string" then s = s + tonumber(v:match("%d+"))
  elseif type(v) == "function" then s = s + v() end
end
print(s)
