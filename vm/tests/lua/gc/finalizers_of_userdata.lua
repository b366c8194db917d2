-- __gc of newproxy userdata runs once, newest first.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local log = {}
local function make(name) local u = newproxy(true) getmetatable(u).__gc = function(o) log[#log + 1] = name .. ":" .. type(o) end return u end
do local a, b, c = make("a"), make("b"), make("c") end
local kept = make("kept")
collect()
print(table.concat(log, " "))
kept = nil collect()
print(table.concat(log, " "))
for i = 1, 20 do make("x") end
collect() print(#log)
