local fs, n, list = {}, 3
for i = 1, n do
  local j = i
  fs[i] = function() return j end
  if i == 2 then break end
end
for i = n, 1, -1 do print(i) end
for k, v in pairs(fs) do
  if not v then goto continue end
  print(k, v)
  ::continue::
end
while n > 0 and list do n = n - 1 end
repeat
  local last = n
  n = next(list, n)
until last == n or not n
::again::
if n then goto again end
