-- debug.traceback as text: levels, messages, non-strings.
local function level3() return (debug.traceback("msg")) end
local function level2() local s = level3() return s end
function level1_global() local s = level2() return s end
local co = coroutine.wrap(function() local s = level1_global() return s end)
print(co())
level1_global = nil
print(debug.traceback({}) ~= nil, type(debug.traceback({})), debug.traceback(5):match("^5\n") ~= nil, debug.traceback(nil) ~= nil)
local t = {} print(debug.traceback(t) == t)
local m = {name = function() return (debug.traceback("in method", 1)) end}
print(coroutine.wrap(function() local r = m.name() return r end)())
print(coroutine.wrap(function() local r = m:name() return r end)())
print(coroutine.wrap(function() local r = select(2, xpcall(function() error("E") end, debug.traceback)) return r end)())
print(coroutine.wrap(function() local r = table.concat({debug.traceback("top", 1)}) return r end)())
print(coroutine.wrap(function() return debug.traceback("tail") end)())
print((coroutine.wrap(function() local r = string.gsub("x", "x", function() return debug.traceback("cb") end) return r end)()))
