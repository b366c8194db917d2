-- Buffers, their dictionaries and metatables under collection.
local buffer = require("string.buffer")
local weak = setmetatable({}, {__mode = "v"})
do
  local dict, metas = {"key"}, {{}}
  weak.dict, weak.metas, weak.meta = dict, metas, metas[1]
  weak.buffer = buffer.new({dict = dict, metatable = metas})
  local b = weak.buffer
  dict, metas = nil, nil
  collectgarbage()
  print(weak.dict ~= nil, weak.metas ~= nil, weak.meta ~= nil)
  print(b:encode({key = 1}):decode().key)
end
collectgarbage() collectgarbage()
print(weak.buffer)
local kept = {}
for i = 1, 200 do
  local b = buffer.new():put(("x"):rep(1000))
  if i % 50 == 0 then kept[#kept + 1] = b end
end
collectgarbage()
for _, b in ipairs(kept) do io.write(#b, " ") end
print()
local before = collectgarbage("count")
local big = buffer.new():put(("y"):rep(4000000))
collectgarbage()
print(collectgarbage("count") - before > 3500)
print(big:free() == big, #big)
local p = newproxy(true)
local saved
getmetatable(p).__gc = function() saved = kept end
getmetatable(p).buffer = buffer.new():put("resurrected")
p, kept = nil, {buffer.new():put("late")}
collectgarbage()
print(saved[1]:tostring())
