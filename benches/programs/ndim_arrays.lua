-- n: 80
-- Arrays of two and three dimensions as tables of tables: multiplication, a stencil, transposition.
local function matrix(rows, columns, f)
  local m = {}
  for i = 1, rows do
    local row = {}
    for j = 1, columns do row[j] = f(i, j) end
    m[i] = row
  end
  return m
end

local function transpose(a)
  return matrix(#a[1], #a, function(i, j) return a[j][i] end)
end

local function multiply(a, b)
  local columns = transpose(b)
  return matrix(#a, #columns, function(i, j)
    local row, column, sum = a[i], columns[j], 0
    for k = 1, #row do sum = sum + row[k] * column[k] end
    return sum
  end)
end

local function cube(size)
  local c = {}
  for i = 1, size do
    c[i] = matrix(size, size, function(j, k) return (i * 7 + j * 3 + k) % 11 end)
  end
  return c
end

local function smooth(c)
  local size = #c
  local out = cube(size)
  for i = 2, size - 1 do
    for j = 2, size - 1 do
      for k = 2, size - 1 do
        out[i][j][k] = (c[i][j][k] * 2 + c[i - 1][j][k] + c[i + 1][j][k] + c[i][j - 1][k] + c[i][j + 1][k]
          + c[i][j][k - 1] + c[i][j][k + 1]) / 8
      end
    end
  end
  return out
end

return function(n)
  local a = matrix(60, 60, function(i, j) return (i * j) % 10 - 4 end)
  local b, c = a, cube(20)
  for _ = 1, n do
    b = multiply(a, b)
    for i = 1, 60 do
      for j = 1, 60 do b[i][j] = b[i][j] % 17 end
    end
    c = smooth(c)
  end
  local sum = 0
  for i = 1, 60 do sum = sum + b[i][i] end
  return sum .. " " .. string.format("%.6f", c[10][9][8])
end
