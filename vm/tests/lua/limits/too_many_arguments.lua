-- A call with more arguments than there are registers is refused.
for _, n in ipairs{249, 250, 260, 300} do
  local list = {} for i = 1, n do list[i] = i end
  print(n, loadstring("return select('#', " .. table.concat(list, ", ") .. ")", "=l"))
end
