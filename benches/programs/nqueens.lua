-- n: 12
-- All placements of n queens: table reads and backtracking recursion.
local function place(row, n, columns, rising, falling)
  if row > n then return 1 end
  local found = 0
  for column = 1, n do
    local up, down = row + column, row - column + n
    if not (columns[column] or rising[up] or falling[down]) then
      columns[column], rising[up], falling[down] = true, true, true
      found = found + place(row + 1, n, columns, rising, falling)
      columns[column], rising[up], falling[down] = false, false, false
    end
  end
  return found
end

return function(n)
  local columns, rising, falling = {}, {}, {}
  for i = 1, 2 * n do
    columns[i], rising[i], falling[i] = false, false, false
  end
  return place(1, n, columns, rising, falling)
end
