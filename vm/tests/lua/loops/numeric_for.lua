-- Steps, directions, limits and modified variables.
local function run(a, b, c) local t = {} for i = a, b, c or 1 do t[#t + 1] = i if #t > 20 then break end end return table.concat(t, " ") end
print(run(1, 5, 1)) print(run(5, 1, -1)) print(run(1, 0, 1) == "") print(run(1, 10, 3)) print(run(10, 1, -4))
print(run(1, 1, 1)) print(run(0, 1, 0.25)) print(run(1, 0, -0.25)) print(run(1, 5, 10)) print(run(-3, 3, 2))
print(run(1.5, 4)) print(run(1, 3.9)) print(run(0.1, 0.5, 0.1)) print(run(2^53, 2^53 + 2)) print(run(-2, -1, 0.5))
print(run(1, 3, 0) == "" or "zero step runs", run(3, 1, 0) == "")
print(run(1, math.huge, 1)) print(run(1, -math.huge, -1)) print(run(0/0, 1) == "", run(1, 0/0) == "", run(1, 2, 0/0) == "")
for i = 1, 3 do local j = i i = i * 10 io.write(j, ":", i, " ") end print()
local n = 3 for i = 1, n do n = 10 io.write(i, " ") end print()
local function limits() io.write("a") return 1 end
for i = limits(), (io.write("b") and 2), (io.write("c") and 1) do io.write(i) end print()
for i = 3, 1 do print("never") end
for i = 2147483646, 2147483648 do io.write(i, " ") end print()
for i = -2147483647, -2147483649, -1 do io.write(i, " ") end print()
