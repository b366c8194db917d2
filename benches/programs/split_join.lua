-- n: 12000
-- Splitting lines into fields, changing and joining them: find, sub, gmatch, concat.
local find, sub, gmatch, upper = string.find, string.sub, string.gmatch, string.upper
local concat = table.concat

local function split(text, separator)
  local fields, count, from = {}, 0, 1
  while true do
    local first, last = find(text, separator, from, true)
    count = count + 1
    if not first then
      fields[count] = sub(text, from)
      return fields
    end
    fields[count] = sub(text, from, first - 1)
    from = last + 1
  end
end

local function words(text)
  local list, count = {}, 0
  for word in gmatch(text, "%S+") do
    count = count + 1
    list[count] = word
  end
  return list
end

return function(n)
  local line = {}
  for i = 1, 40 do line[i] = "field " .. i .. " of forty" end
  local text = concat(line, ",")
  local total = 0
  for i = 1, n do
    local fields = split(text, ",")
    fields[i % 40 + 1] = upper(fields[i % 40 + 1])
    local joined = concat(fields, ";")
    local list = words(joined)
    total = total + #joined + #list + #list[i % #list + 1]
  end
  return total
end
