-- Case changes touch ASCII letters only; other bytes stay.
local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
all = table.concat(all)
local low, up = all:lower(), all:upper()
local changed_low, changed_up = {}, {}
for i = 1, 256 do
  if low:byte(i) ~= i - 1 then changed_low[#changed_low + 1] = ("%d>%d"):format(i - 1, low:byte(i)) end
  if up:byte(i) ~= i - 1 then changed_up[#changed_up + 1] = ("%d>%d"):format(i - 1, up:byte(i)) end
end
print(#changed_low, table.concat(changed_low, " "))
print(#changed_up, table.concat(changed_up, " "))
print(("MiXeD 123 éÉ"):lower(), ("MiXeD 123 éÉ"):upper(), (""):lower() == "", #("a\0B"):lower(), ("a\0B"):upper() == "A\0B")
print(string.lower(12), string.upper(1e20), string.upper(0/0):gsub("-", ""), string.upper(1/0), string.lower(-1/0))
print(pcall(string.lower)) print(pcall(string.upper, nil)) print(pcall(string.lower, {})) print(pcall(string.upper, false))
print(("x"):upper():lower():upper(), ("ab"):upper() == "AB", rawequal(("ab"):lower(), "ab"))
