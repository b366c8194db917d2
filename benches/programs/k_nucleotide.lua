-- n: 150000
-- Counts short substrings of a random DNA sequence in tables keyed by strings.
local sub, format = string.sub, string.format

local function sequence(length)
  local state, bases = 42, {"A", "C", "G", "T"}
  local cumulative = {0.3029549426680, 0.5029362633740, 0.6979345118180, 1}
  local parts = {}
  for i = 1, length do
    state = (state * 3877 + 29573) % 139968
    local random = state / 139968
    local base = 1
    while cumulative[base] < random do base = base + 1 end
    parts[i] = bases[base]
  end
  return table.concat(parts)
end

local function frequencies(text, length)
  local counts = {}
  for i = 1, #text - length + 1 do
    local key = sub(text, i, i + length - 1)
    counts[key] = (counts[key] or 0) + 1
  end
  return counts
end

local function ranked(text, length)
  local counts, keys = frequencies(text, length), {}
  for key in pairs(counts) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if counts[a] == counts[b] then return a < b end
    return counts[a] > counts[b]
  end)
  local lines = {}
  for i, key in ipairs(keys) do
    lines[i] = format("%s %.3f", key, counts[key] * 100 / (#text - length + 1))
  end
  return table.concat(lines, "\n")
end

return function(n)
  local text = sequence(n)
  local result = {#ranked(text, 1), #ranked(text, 2)}
  for _, wanted in ipairs {"GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"} do
    result[#result + 1] = frequencies(text, #wanted)[wanted] or 0
  end
  return table.concat(result, " ")
end
