-- Metatables that are in the dictionary survive.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local point, line = {__index = {kind = "point"}}, {__index = {kind = "line"}}
point.__tostring = function(p) return p.kind .. " " .. p[1] end
local b = buffer.new({metatable = {point, line, point, false}})
print(hex(b:encode(setmetatable({1}, point)):get()))
print(hex(b:encode(setmetatable({}, line)):get()))
print(hex(b:encode(setmetatable({}, {})):get()))
print(hex(b:encode({setmetatable({a = 1}, point), setmetatable({b = setmetatable({}, line)}, line)}):get()))
b:encode({setmetatable({1}, point), setmetatable({2}, line), {3}})
local t = b:decode()
print(tostring(t[1]), t[2].kind, getmetatable(t[1]) == point, getmetatable(t[2]) == line, getmetatable(t[3]))
print(getmetatable(b:set("\x0e\x02\x08"):decode()) == point)
for _, s in ipairs{"\x0e\x03\x08", "\x0e\x04\x08", "\x0e\x00", "\x0e\x00\x00", "\x0e\x00\x0e\x00\x08", "\x0e\x00\x21a", "\x0e"} do
  print(pcall(b.decode, b:set(s)))
end
local both = buffer.new({dict = {"x"}, metatable = {point}})
print(hex(both:encode(setmetatable({x = setmetatable({x = 1}, point)}, point)):get()))
local calls = 0
local watched = {__newindex = function() calls = calls + 1 end, __index = function() calls = calls + 1 end, __len = function() calls = calls + 1 end}
local w = buffer.new({metatable = {watched}})
w:encode(setmetatable({1, 2}, watched))
print(rawlen and 1 or #w > 0, rawget(w:decode(), 2), calls)
