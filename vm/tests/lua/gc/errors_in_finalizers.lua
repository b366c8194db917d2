-- A failing finalizer does not disturb the program.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local ran = 0
for i = 1, 3 do
  local u = newproxy(true)
  getmetatable(u).__gc = function() ran = ran + 1 if i == 2 then local t = {} t.x = ran end end
end
collect()
print(ran)
local u = newproxy(true)
getmetatable(u).__gc = function() local t = {} for i = 1, 100 do t[i] = {i} end collectgarbage() ran = #t end
u = nil
collect()
print(ran)
