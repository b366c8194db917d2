-- n: 200000
-- table.sort of numbers, of strings and with an order function.
local function numbers(n, seed)
  local out = {}
  for i = 1, n do
    seed = (seed * 16807) % 2147483647
    out[i] = seed
  end
  return out
end

return function(n)
  local plain = numbers(n, 42)
  table.sort(plain)
  local records = {}
  for i, key in ipairs(numbers(n / 2, 7)) do records[i] = {key = key} end
  table.sort(records, function(a, b) return a.key > b.key end)
  local names = {}
  for i, key in ipairs(numbers(n / 4, 11)) do names[i] = ("name%d"):format(key % 100000) end
  table.sort(names)
  return plain[1] .. " " .. plain[n] .. " " .. records[1].key .. " " .. names[1] .. " " .. names[#names]
end
