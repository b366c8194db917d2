-- n: 9
-- Flipping prefixes of every permutation: small integer arrays.
return function(n)
  local perm, work, count = {}, {}, {}
  for i = 1, n do perm[i] = i end
  local most, checksum, sign, level = 0, 0, 1, n + 1
  while true do
    while level > 2 do
      level = level - 1
      count[level] = level
    end
    local first = perm[1]
    if first ~= 1 then
      for i = 2, n do work[i] = perm[i] end
      local flips = 0
      repeat
        flips = flips + 1
        local at = work[first]
        work[first] = first
        local low, high = 2, first - 1
        while low < high do
          work[low], work[high] = work[high], work[low]
          low, high = low + 1, high - 1
        end
        first = at
      until first == 1
      if flips > most then most = flips end
      checksum = checksum + sign * flips
    end
    sign = -sign
    level = 2
    while true do
      if level > n then return checksum .. " " .. most end
      local bottom = perm[1]
      for i = 1, level - 1 do perm[i] = perm[i + 1] end
      perm[level] = bottom
      count[level] = count[level] - 1
      if count[level] > 0 then break end
      level = level + 1
    end
  end
end
