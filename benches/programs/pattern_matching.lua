-- n: 8000
-- Taking text apart: find, match, gmatch and gsub.
local function text()
  local words = {"alpha", "beta-2", "gamma_rays", "delta", "x=12", "y = 34.5", "(nested (braces))", "end."}
  local out = {}
  for i = 1, 40 do out[i] = words[i * 7 % #words + 1] .. (i % 5 == 0 and "\n" or " ") end
  return table.concat(out)
end

return function(n)
  local subject = text()
  local words, digits, pairs_found, changed = 0, 0, 0, 0
  for i = 1, n do
    for word in subject:gmatch("%a+") do words = words + #word end
    for number in subject:gmatch("%d+%.?%d*") do digits = digits + tonumber(number) end
    for key, value in subject:gmatch("(%w+)%s*=%s*(%S+)") do pairs_found = pairs_found + #key + #value end
    local shouted, count = subject:gsub("%f[%a]%l", string.upper)
    changed = changed + count + #shouted
    if subject:find("nowhere", 1, true) or not subject:match("%b()") then return "wrong" end
  end
  return words .. " " .. digits .. " " .. pairs_found .. " " .. changed
end
