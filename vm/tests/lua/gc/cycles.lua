-- Cyclic garbage is collected, cyclic live data is not.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "v"})
do local a, b = {}, {} a.b, b.a = b, a w.a, w.b = a, b end
collect() print(w.a, w.b)
local root = {} root.self = root root.child = {parent = root} w.root = root
collect() print(w.root == root, root.child.parent == root)
do local f f = function() return f end w.f = f end
collect() print(w.f)
do local co = coroutine.create(function(c) coroutine.yield() return c end) coroutine.resume(co, co) w.co = co end
collect() print(w.co)
do local t = setmetatable({}, {}) getmetatable(t).__index = t w.t = t end
collect() print(w.t)
root = nil collect() print(w.root)
