-- goto continue in every kind of loop.
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  io.write(i, " ")
  ::continue::
end
print()
for k, v in ipairs{"a", "b", "c"} do if v == "b" then goto continue end io.write(k, v, " ") ::continue:: end print()
local i = 0
while i < 5 do i = i + 1 if i == 3 then goto continue end io.write(i, " ") ::continue:: end print()
i = 0
repeat i = i + 1 if i == 2 then goto continue end io.write(i, " ") ::continue:: until i >= 4 print()
for i = 1, 3 do for j = 1, 3 do if j == 2 then goto next_i end io.write(i, j, " ") end ::next_i:: end print()
