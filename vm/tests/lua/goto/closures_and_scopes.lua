-- Jumping out of a scope closes its variables; each pass makes new ones.
local fs = {}
do
  local i = 1
  ::top::
  local v = i * 10
  fs[i] = function() v = v + 1 return v end
  i = i + 1
  if i <= 3 then goto top end
end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local g
for i = 1, 3 do
  local x = i
  g = function() return x end
  if i == 2 then goto out end
end
::out::
print(g())
do
  local n = 0
  local acc = {}
  ::again::
  do local m = n acc[#acc + 1] = function() return m end end
  n = n + 1
  if n < 3 then goto again end
  print(acc[1](), acc[2](), acc[3]())
end
