-- return f(x) where f is written in C or Rust.
local function p(...) return select("#", ...) end
local function up(s) return string.upper(s) end
print(up("abc"), p(1, 2))
local function pc(f, ...) return pcall(f, ...) end
print(pc(error, "x", 0), pc(up, "y"))
local function fmt(...) return ("%s-%s"):format(...) end
print(fmt(1, 2))
local function un(t) return unpack(t) end
print(un{1, 2, 3})
local function er() return error("tail error") end
print(pcall(er))
local function tm(x) return tostring(setmetatable({}, {__tostring = function() return "via " .. x end})) end
print(tm("meta"))
local function y() return coroutine.yield(1) end
local co = coroutine.wrap(function() return y() end) print(co(), co(2))
print((function(...) return ... end)(p(), p(1)))
local function ap(f, ...) return f(...) end
print(ap(ap, ap, math.max, 3, 9, 2))
