-- tostring of every type; __tostring and its errors.
print(tostring(nil), tostring(true), tostring(false), tostring(12), tostring(-0.5), tostring("s"))
for _, v in ipairs{{}, print, function() end, coroutine.create(function() end), newproxy()} do
  local text = tostring(v)
  print(type(v), (text:gsub("0x%x+", "ADDR"):gsub("builtin#%d+", "builtin")))
end
print(tostring(setmetatable({}, {__tostring = function() return "custom" end})))
print(tostring(setmetatable({}, {__tostring = function() return 42 end})))
print(pcall(tostring))
print(pcall(tostring, setmetatable({}, {__tostring = function() error("inside", 0) end})))
print(pcall(tostring, setmetatable({}, {__tostring = 5})))
print(tostring(setmetatable({}, {__name = "My.Type"})):match("^[%w.]+"))
print(#tostring(print) > 10, tostring(1e15), tostring(2^63))
