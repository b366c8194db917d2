-- The old table walks as generators: yields, errors, nested walks, early ends.
local function each(walk, t) return coroutine.wrap(function() return "end", walk(t, function(k, v) coroutine.yield(k, v) end) end) end
for _, walk in ipairs{table.foreach, table.foreachi} do
  local step = each(walk, {"a", "b", "c"})
  print(step()) print(step()) print(step()) print(step()) print(pcall(step))
end
local co = coroutine.wrap(function()
  return table.foreach({1, 2}, function(_, a) return table.foreachi({10, 20}, function(_, b) if coroutine.yield(a + b) == "stop" then return a .. "/" .. b end end) end)
end)
print(co(), co(), co(), co("stop"))
co = coroutine.create(function() table.foreach({1, 2, 3}, function(_, v) coroutine.yield(v) if v == 2 then error("raised at " .. v, 0) end end) end)
for _ = 1, 4 do print(coroutine.resume(co)) end
print(pcall(table.foreach, {1, 2}, function(_, v) error("plain " .. v, 0) end))
print(coroutine.wrap(function() return pcall(table.foreachi, {1}, function() coroutine.yield("inside pcall") error("after", 0) end) end)())
print(table.foreach({1, 2, 3}, coroutine.wrap(function(...) while true do coroutine.yield() end end)))
print(table.foreachi({5, 6}, pcall), table.foreachi({5, 6}, rawequal), table.foreachi({5, 6}, tostring))
print(coroutine.wrap(function() return table.foreachi({7, 8}, coroutine.yield) end)())
local t = {} for i = 1, 20000 do t[i] = i end
local n = 0 table.foreach(t, function() n = n + 1 end) table.foreachi(t, function() n = n + 1 end) table.foreachi(t, rawlen or function() end) print(n)
local function depth(k) if k == 0 then return "bottom" end return table.foreach({k}, function(_, v) return depth(v - 1) end) end print(depth(150))
table.foreach({1, 2}, function(k) collectgarbage() end) print((debug.traceback("trace", 1):gsub("\n.*", "")))
local weird = setmetatable({}, {__tostring = function(...) return coroutine.yield(select("#", ...)) end}) co = coroutine.wrap(function() return tostring(weird, "dropped") end) print(co(), co("a", "b"))
