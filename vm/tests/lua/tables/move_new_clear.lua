-- LuaJIT's table.move, and table.new and table.clear as modules.
print(table.concat(table.move({1, 2, 3}, 1, 3, 2), ","), table.concat(table.move({1, 2, 3}, 2, 3, 1), ","))
print(table.concat(table.move({1, 2, 3}, 1, 3, 1, {}), ","), table.concat(table.move({1, 2, 3}, 1, 0, 5), ","))
local new, clear = require("table.new"), require("table.clear")
local t = new(10, 10)
print(#t, next(t))
t[1] = 1 t.x = 2
clear(t)
print(#t, next(t), t.x, t[1])
t.y = 3
print(next(t))
print(pcall(clear, 5))
print(pcall(new))
print(pcall(table.move, {}, 1))
print(pcall(table.move))
