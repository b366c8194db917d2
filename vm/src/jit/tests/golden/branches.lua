local list, odd = {}, 0
for i = 1, 100 do
  list[i] = i
end
for i = 1, #list do
  if list[i] % 2 == 1 then
    odd = odd + 1
  else
    odd = odd - list[i]
  end
end
return odd
