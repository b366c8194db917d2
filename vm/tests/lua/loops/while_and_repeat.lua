-- Conditions, breaks and the scope of until.
local i = 0
while true do i = i + 1 if i > 5 then break end end print(i)
while i > 0 do i = i - 2 end print(i)
repeat local done = i >= 3 i = i + 1 until done print(i)
repeat local x = 1 until x == 1
while nil do print("never") end
while false do print("never") end
repeat until 1
local t = {}
while #t < 3 do t[#t + 1] = #t end print(table.concat(t, ","))
repeat if #t > 5 then break end t[#t + 1] = "x" until false print(#t)
while true do while true do break end break end print("left both")
local a, b = 48, 36
while b ~= 0 do a, b = b, a % b end print(a)
local n, steps = 27, 0
repeat if n % 2 == 0 then n = n / 2 else n = 3 * n + 1 end steps = steps + 1 until n == 1 print(steps)
local function early() while true do do return "returned" end end end print(early())
