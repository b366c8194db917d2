-- goto out of several loops, into the end of an enclosing block.
for i = 1, 3 do for j = 1, 3 do for k = 1, 3 do if i * j * k == 4 then print(i, j, k) goto found end end end end print("none") ::found::
for i = 1, 3 do while true do repeat if i == 2 then goto next end io.write(i, " ") goto next until false end ::next:: end print()
local t = {} for _, v in ipairs{1, "x", 2, {}, 3} do if type(v) ~= "number" then goto skip end t[#t + 1] = v ::skip:: end print(table.concat(t, ","))
