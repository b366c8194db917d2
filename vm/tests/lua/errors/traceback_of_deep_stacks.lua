-- Long tracebacks are cut in the middle.
local function f(n) if n == 0 then return (debug.traceback("deep")) end local r = f(n - 1) return r end
local text = coroutine.wrap(function() local r = f(40) return r end)()
local n = 0
for _ in text:gmatch("\n") do n = n + 1 end
print(n, text:match("\n(%s*%.%.%.)") ~= nil)
print(text)
