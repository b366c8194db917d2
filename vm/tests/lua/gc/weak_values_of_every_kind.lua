-- Tables, closures, coroutines and userdata die as values; strings, numbers and booleans do not.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "v"})
local up = {}
local function fill()
  w[1] = {} w[2] = function() return up end w[3] = coroutine.create(function() end) w[4] = newproxy(false)
  w.table = {} w.closure = function() up = nil end w.thread = coroutine.create(print) w.proxy = newproxy(true)
  w[5] = "text " .. 5 w[6] = 6.5 w[7] = true w[8] = print
  w.text = "more " .. 6 w.number = 1 w.no = false
end
fill()
collect()
for i = 1, 8 do print(i, w[i] == nil and "gone" or type(w[i])) end
print(w.table, w.closure, w.thread, w.proxy, w.text, w.number, w.no)
local names = {}
for k in pairs(w) do names[#names + 1] = tostring(k) end
table.sort(names)
print(table.concat(names, " "))
