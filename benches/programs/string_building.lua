-- n: 500000
-- Making text: concatenation, format, rep, table.concat, and new short strings.
return function(n)
  local lines, length, hash = {}, 0, 7
  for i = 1, n do
    local key = "item" .. i % 1000
    local line = key .. "=" .. i .. ";" .. ("%05d:%s"):format(i, key)
    if i % 16 == 0 then line = line .. ("-"):rep(i % 40) end
    lines[#lines + 1] = line
    if #lines == 64 then
      local block = table.concat(lines, "\n")
      length = length + #block
      hash = (hash * 31 + block:byte(-1) + block:byte(#block / 2)) % 1000000007
      lines = {}
    end
  end
  return length .. " " .. hash
end
