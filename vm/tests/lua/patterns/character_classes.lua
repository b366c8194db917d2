-- Every class letter, its complement, and the dot.
local all = {}
for i = 0, 127 do all[#all + 1] = string.char(i) end
local text = table.concat(all)
for c in ("acdglpsuwxACDGLPSUWX"):gmatch(".") do
  local n, first, last = 0, nil, nil
  for m in text:gmatch("%" .. c) do
    n = n + 1
    first = first or m:byte()
    last = m:byte()
  end
  print(c, n, first, last)
end
print(#text:gsub("[^%w]", ""), (text:gsub("%W", "")) == (text:gsub("[^%w]", "")))
print(("a.b"):match("a%.b"), ("a%b"):match("a%%b"), ("x\0y"):match("x%zy") == "x\0y", ("x\0y"):match("x.y") == "x\0y")
print(("é"):match("%a"), #("é"):match("."))
