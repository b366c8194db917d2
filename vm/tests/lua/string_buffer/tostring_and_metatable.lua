-- A buffer is a userdata whose metatable is hidden.
local buffer = require("string.buffer")
local b = buffer.new()
print(type(b), tostring(b) == "", getmetatable(b), b.tostring == b.__tostring)
b:put("text")
print(tostring(b), ("%s|%10s"):format(b, b), ("%q"):format(b))
print(pcall(setmetatable, b, {}))
print(pcall(string.len, b), pcall(string.rep, b, 2))
print(pcall(table.concat, {b}))
local methods = debug.getmetatable(b)
local names = {}
for name, value in pairs(methods) do
  -- Those that need C pointers come with them.
  if not ({reserve = 1, commit = 1, ref = 1, putcdata = 1, __gc = 1})[name] then names[#names + 1] = name .. ":" .. type(value) end
end
table.sort(names)
print(table.concat(names, " "))
print(methods.__index == methods, debug.getmetatable(buffer.new()) == methods)
print(tonumber(b), b:set("12"):tostring() + 1, pcall(tonumber, b:tostring()))
local t = {[b] = 1}
print(t[b], next(t) == b)
print(io.type(b))
