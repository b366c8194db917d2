-- All solutions of the eight queens puzzle.
local n, count, first = 8, 0, nil
local cols, d1, d2, pos = {}, {}, {}, {}
local function place(r)
  if r > n then count = count + 1 first = first or table.concat(pos, " ") return end
  for c = 1, n do
    if not cols[c] and not d1[r + c] and not d2[r - c] then
      cols[c], d1[r + c], d2[r - c], pos[r] = true, true, true, c
      place(r + 1)
      cols[c], d1[r + c], d2[r - c] = nil, nil, nil
    end
  end
end
place(1)
print(count, first)
