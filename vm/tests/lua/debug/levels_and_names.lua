-- Names of callers found through the stack.
local function who(level) local i = debug.getinfo(level or 2, "nl") return (i.name or "?") .. ":" .. i.namewhat .. ":" .. i.currentline end
local function a() local r = who() return r end
local function b() local r = who(3) return r end
local function outer() local r = b() return r end
print(a())
print(outer())
local t = {f = a} local x = t.f() print(x)
x = (function() local r = who() return r end)() print(x)
for _, name in ipairs{"one"} do local function looped() local r = who() return r end x = looped() print(x) end
local mt = setmetatable({}, {__index = function() local r = who() return r end, __add = function() local r = who() return r end})
x = mt.field print(x:match("^[^:]*:[^:]*")) x = mt + 1 print(x:match("^[^:]*:[^:]*"))
print(select(2, pcall(function() local r = who(2) return r end)):match(":%a*:"))
