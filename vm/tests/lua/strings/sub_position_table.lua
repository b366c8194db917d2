-- string.sub over every pair of positions around a short string.
local s = "abcd"
for i = -6, 6 do
  local line = {}
  for j = -6, 6 do line[#line + 1] = "[" .. s:sub(i, j) .. "]" end
  print(i, table.concat(line))
end
for i = -6, 6 do io.write("<", s:sub(i), ">") end print()
for i = -2, 2 do io.write("<", (""):sub(i, i), ">") end print()
print(s:sub(1.5), s:sub(1.999, 2.999), s:sub(-1.5), s:sub("2"), s:sub("-2", "0x4"))
print(s:sub(-2^31), s:sub(2^31 - 1), s:sub(1, 2^31 - 1), s:sub(-2^53, 2^53), s:sub(1, -2^53) == "")
print(pcall(s.sub, s, 1, {})) print(pcall(s.sub, s, "x")) print(pcall(s.sub, s, nil)) print(pcall(s.sub, s, 1, nil))
print(pcall(s.sub, {}, 1)) print(pcall(s.sub)) print(pcall(s.sub, s, print == nil))
print(pcall(function() return s:sub({}) end)) print(pcall(function() return s:sub(1, "z") end))
