-- Assigning the loop variable does not change the loop; bounds are evaluated once.
for i = 1, 3 do io.write(i, " ") i = i * 10 io.write(i, " ") end print() local n = 3 for i = 1, n do n = 10 io.write(i, " ") end print(n)
local calls = {} local function v(x) calls[#calls + 1] = x return x end for i = v(1), v(4), v(2) do io.write(i, " ") end print(table.concat(calls, ",")) local i = "outer" for i = 1, 2 do end print(i)
for i = 3, 1 do print("never") end for i = 1, 3, -1 do print("never") end for i = 1, 1 do print("once") end for i = 1, 0.5 do print("never") end for i = -1, -3, -1 do io.write(i, " ") end print()
for i = 2^31 - 2, 2^31 do io.write(("%d "):format(i)) end for i = -2^31, -2^31 - 2, -1 do io.write(("%d "):format(i)) end print()
