-- Many pieces joined in different ways give the same text.
local parts, s = {}, ""
for i = 1, 50 do
  local p = string.char(97 + i % 26):rep(i % 5)
  parts[i] = p
  s = s .. p
end
print(table.concat(parts) == s, #s)
print(s)
local up = s:gsub(".", function(c) return c:upper() end)
print(up == s:upper())
local rev = {}
for i = #s, 1, -1 do rev[#rev + 1] = s:sub(i, i) end
print(table.concat(rev) == s:reverse())
