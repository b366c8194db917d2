-- Object and key are computed once, before the right operand; so is the old value, unless it is a local's.
local log = {}
local function note(name, value) log[#log + 1] = name return value end
local t = setmetatable({}, {
  __index = function(_, k) note("get " .. k) return 1 end,
  __newindex = function(_, k, v) note("set " .. k .. " " .. v) end,
})
local function object() return note("object", t) end
object()[note("key", "k")] += note("value", 2)
object().field ..= note("value", "s")
object()[1] -= note("value", 3)
print(table.concat(log, "; "))
local n = 1
local function bump(by) n = n + by return by end
n += bump(5) print(n)
local s = "a"
local function change() s = "z" return "b" end
s ..= change() print(s)
local i, list = 1, {10, 20}
local function step() i = 2 return 5 end
list[i] += step() print(list[1], list[2], i)
local m = list
local function swap() m = {100} return 1 end
m[1] += swap() print(list[1], m[1])
