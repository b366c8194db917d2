-- What %d makes of fractions, huge numbers, strings and non-numbers.
local function f(spec, v) print(spec, tostring(v):gsub("0x%x+", "ADDR"), (select(2, pcall(string.format, spec, v)))) end
for _, spec in ipairs{"%d", "%x", "%u", "%o", "%X", "%i"} do
  for _, v in ipairs{0, -0, 1.5, -1.5, 0.99999999999, -0.5, 2^31 - 1, 2^31, 2^32, -2^31, -2^31 - 1, -2^32, 2^52, 2^53, -2^53, 2^62, 1e18, "10", "0x10", " 7 ", "-3.9", "1e3", "x", "", true, {}} do f(spec, v) end
end
for _, v in ipairs{2^63 - 1024, -2^63} do f("%d", v) f("%x", v) f("%u", v) end
print(pcall(string.format, "%d")) print(pcall(string.format, "%d", nil)) print(pcall(string.format, "%d %d", 1)) print(pcall(string.format, "%x", print ~= nil)) print(pcall(string.format, "%c")) print(pcall(string.format, "%c", "x"))
for _, v in ipairs{0, 1, 65, 127, 128, 255, 256, 321, -1, 65.7} do io.write(v, "=", ("%c"):format(v):byte(), " ") end print() print(#("%c%c%c"):format(0, 0, 0), ("%c"):format("66"))
