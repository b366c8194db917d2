-- tostring ends in a tail call of __tostring: levels, results, chains.
local function with(f) return setmetatable({}, {__tostring = f}) end
local t = with(function(...) return "method", select("#", ...), debug.getinfo(1, "S").what end)
local function tail(x) return tostring(x) end
local function tail_with_more(x) return tostring(x, 1, 2) end
print(tail(t)) print(tail_with_more(t)) print((tail(t))) print(tostring(t)) print(select("#", tostring(t)))
print(tail(5), tail("text"), tail(nil), pcall(function() return tostring() end))
local callable = with(setmetatable({}, {__call = function(self, x) return "callable", x == nil end})) print(tail(callable)) print(tostring(callable))
print(tail(with(function() return end))) print(select("#", tail(with(function() end))))
print(tail(with(tostring) and 1)) local chain = with(function(x) return tostring(getmetatable(x).inner) end) getmetatable(chain).inner = with(function() return "inner" end) print(tail(chain), tostring(chain))
print(pcall(tostring, with(false)))
local deep = with(function() error("raised in the method") end) print(pcall(tail, deep)) print(pcall(tostring, deep))
local many = {} for i = 1, 100 do many[i] = tail(t) end print(#many, many[100])
local function loop(n) if n == 0 then return "done" end return tostring(with(function() return loop(n - 1) end)) end print(loop(5000))
