-- Long lists and deep nesting survive building, walking and collection.
local list for i = 1, 5000 do list = {next = list, v = i} end
collectgarbage()
local n, s = 0, 0 local l = list while l do n = n + 1 s = s + l.v l = l.next end print(n, s)
list = nil collectgarbage()
local t = {} local cur = t for i = 1, 3000 do cur[1] = {} cur = cur[1] end
local d = 0 cur = t while cur[1] do d = d + 1 cur = cur[1] end print(d)
local f = function() return 0 end for i = 1, 100 do local g = f f = function() return g() + 1 end end print(f())
local m = {} for i = 1, 500 do m = setmetatable({}, {__index = m}) end
collectgarbage() print(type(m))
