-- n: 450
-- The largest singular value of an infinite matrix, by power iteration: calls in a float loop.
local function entry(i, j)
  local diagonal = i + j - 1
  return 1 / ((diagonal * (diagonal - 1)) * 0.5 + i)
end

local function times(n, x, out)
  for i = 1, n do
    local sum = 0
    for j = 1, n do sum = sum + entry(i, j) * x[j] end
    out[i] = sum
  end
end

local function transposed_times(n, x, out)
  for i = 1, n do
    local sum = 0
    for j = 1, n do sum = sum + entry(j, i) * x[j] end
    out[i] = sum
  end
end

return function(n)
  local u, v, scratch = {}, {}, {}
  for i = 1, n do u[i] = 1 end
  for _ = 1, 10 do
    times(n, u, scratch)
    transposed_times(n, scratch, v)
    times(n, v, scratch)
    transposed_times(n, scratch, u)
  end
  local uv, vv = 0, 0
  for i = 1, n do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return ("%.9f"):format(math.sqrt(uv / vv))
end
