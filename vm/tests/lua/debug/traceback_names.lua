-- How the lines of a traceback name functions.
local show = function() return debug.traceback("here") end
local t = {}
function t.field() local r = show() return r end
function t:method() local r = show() return r end
function global() local r = show() return r end
local up = function() local r = show() return r end
local function viaup() local r = up() return r end
local mt = setmetatable({}, {__index = function() local r = show() return r end, __add = function() local r = show() return r end})
for _, text in ipairs{t.field(), t:method(), global(), viaup(), mt.x, mt + 1, (function() local r = show() return r end)(), select(2, pcall(global)), loadstring("local r = global() return r", "=loaded")()} do
  print((text:gsub("\n%s*driver.*", "")))
end
