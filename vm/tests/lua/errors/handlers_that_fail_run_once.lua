-- An error that leaves a message handler ends the handling; the handler is not asked again.
local n = 0
local function h(m) n = n + 1 print("h", n, m) if n < 30 then error("again" .. n, 0) end return "recovered " .. n end
print(xpcall(function() error("first", 0) end, h)) print(n)
local k = 0
print(xpcall(function() k = k + 1 local x = nil + 1 end, function(m) k = k + 1 local x = nil + 1 end)) print(k)
k = 0
local function f() k = k + 1 coroutine.yield() end
print(xpcall(f, f)) print(k)
k = 0
local function f() k = k + 1 error() end
print(xpcall(f, f)) print(k)
print(xpcall(function() error("e", 0) end, function(m) print(xpcall(error, function(m) print("inner", m) return "i" end, "x")) print(pcall(error, "deep")) print(xpcall(error, function(m) print("inner", m) error("inner2") return "i" end, "x")) return "outer" end))
local k = 0
print(xpcall(function() error("first", 0) end, function(m) k = k + 1 pcall(error, "x") if k < 4 then error("again " .. k, 0) end return "recovered" .. k end))
print(k)
for _, bad in ipairs({false, 5, "x", {}, setmetatable({}, {__call = function() return "called" end})}) do print(pcall(xpcall, error, bad, "m")) end
print(xpcall(error, print, "m"))
local co = coroutine.create(function() print(xpcall(error, function(m) error("in co " .. m) end, "m")) end)
print(xpcall(function() error("e", 0) end, function() print(coroutine.resume(co)) error("after") end))
