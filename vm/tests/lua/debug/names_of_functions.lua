-- How callers name functions.
local function who() local i = debug.getinfo(2, "n") print(i.name, i.namewhat) end
local t = {field = function() who() return 1 end, [1] = function() who() return 1 end}
function t:method() who() return 1 end
function global() who() return 1 end
local up = function() who() return 1 end
local function caller() up() return 1 end
local key = "field"
t.field() t[key]() t[1]() t:method() global() caller()
local x = (global)() x = (function() who() return 1 end)()
x = pcall(global) x = select(2, pcall(t.field))
x = {global()} x = global() + 1 x = -global() x = global() .. "x"
if global() then end
while not global() do end
for i = global(), 1 do end
for k in function(s, c) who() end do end
local function iterator() who() end
for k in iterator do end
return (function(...) x = ... x() end)(t.field)
