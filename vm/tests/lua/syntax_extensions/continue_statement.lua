-- `continue` goes on with the next turn of the innermost loop.
for i = 1, 10 do
  if i % 2 == 0 then continue end
  io.write(i, " ")
end print()
for i, v in ipairs{"a", "b", "c"} do if v == "b" then continue end io.write(i, v, " ") end print()
local i = 0
while i < 10 do
  i += 1
  if i < 5 then continue end
  if i == 8 then break end
  io.write(i, " ")
end print()
i = 0
repeat
  i += 1
  if i % 3 ~= 0 then continue end
  io.write(i, " ")
until i >= 10 print()
for a = 1, 3 do
  for b = 1, 3 do
    if b == a then continue end
    do do if a == 2 then continue end end end
    io.write(a, b, " ")
  end
end print()
for n = 1, 3 do do continue end end
while true do if i then break end continue end
for k in pairs{} do continue end
