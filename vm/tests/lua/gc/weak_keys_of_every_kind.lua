-- Tables, functions, coroutines and userdata die as keys; strings, numbers, booleans and light functions do not.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "k"})
local kept = { {}, function() return w end, coroutine.create(function() end), newproxy(true) }
for i = 1, #kept do w[kept[i]] = type(kept[i]) end
w[{}] = 1
do
  local up = 1
  w[function() up = up + 1 return up end] = 2
  w[coroutine.create(function() return up end)] = 3
  w[newproxy(true)] = 4
end
w.text = 5 w["made " .. 1] = 6 w[1] = 7 w[2.5] = 8 w[true] = 9 w[false] = 10 w[print] = 11
collect()
local n = 0
for _ in pairs(w) do n = n + 1 end
print(n, w.text, w["made 1"], w[1], w[2.5], w[true], w[false], w[print])
for i = 1, #kept do print(w[kept[i]]) end
kept = nil
collect()
n = 0
for k in pairs(w) do n = n + 1 assert(type(k) ~= "table" and type(k) ~= "thread" and type(k) ~= "userdata") end
print(n)
