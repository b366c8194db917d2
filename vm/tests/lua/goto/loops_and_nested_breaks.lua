-- Backward jumps and leaving several loops.
local i = 1
::top::
if i <= 3 then io.write(i, " ") i = i + 1 goto top end
print()
for a = 1, 3 do for b = 1, 3 do if a * b == 4 then print("found", a, b) goto done end end end
::done::
do goto skip print("never") ::skip:: end
do
  local k = 0
  ::a:: k = k + 1
  if k < 3 then goto a end
  print(k)
end
goto last
do print("skipped") end
::last::
print("end")
local function state(s) local out = {}
  goto start
  ::start:: out[#out + 1] = "s" if #out > s then goto finish end goto middle
  ::middle:: out[#out + 1] = "m" goto start
  ::finish:: return table.concat(out) end
print(state(0), state(1), state(4))
