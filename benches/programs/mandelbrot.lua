-- n: 800
-- Escape counts over a square of the plane: float arithmetic in local variables.
return function(n)
  local inside, steps = 0, 0
  for row = 0, n - 1 do
    local ci = 2 * row / n - 1
    for column = 0, n - 1 do
      local cr = 2 * column / n - 1.5
      local zr, zi, zr2, zi2 = 0, 0, 0, 0
      local escaped = false
      for _ = 1, 50 do
        zi = 2 * zr * zi + ci
        zr = zr2 - zi2 + cr
        zr2, zi2 = zr * zr, zi * zi
        steps = steps + 1
        if zr2 + zi2 > 4 then
          escaped = true
          break
        end
      end
      if not escaped then inside = inside + 1 end
    end
  end
  return inside .. " " .. steps
end
