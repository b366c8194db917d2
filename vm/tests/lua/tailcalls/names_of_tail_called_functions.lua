-- A function called by a tail call goes by the name of the call that is still on the stack.
local function leaf() local info = debug.getinfo(1, "n") return tostring(info.name) .. "/" .. info.namewhat end
local function tail() return leaf() end
local function plain() local r = tail() return r end
print(plain())
local t = {method = function() return leaf() end}
print((t.method())) print((t:method()))
global_tail = tail print((global_tail())) global_tail = nil
local function argument_error() return string.rep() end
print(pcall(function() local r = argument_error() return r end))
print(pcall(argument_error))
local function twice() return argument_error() end
print(pcall(function() local r = twice() return r end))
local function trace() return (debug.traceback("t", 1)) end
local function through() return trace() end
print(coroutine.wrap(function() local r = through() return r end)())
for name in function(_, seen) if not seen then return leaf() end end do print(name) end
print(select(2, pcall(function() local x = setmetatable({}, {__index = function() return string.rep() end}).y end)))
