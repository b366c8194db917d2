-- Numbers join strings in the form tostring gives them.
for _, v in ipairs{0, -0, 1, -1, 1.5, -1.25, 0.1, 1/3, 1e15, 1e16, 123456789012345, 1e100, 1e-5, 2^31, -2^31, 2^53, 2^53 + 2, 1/0, -1/0, 5e-324, 1.7976931348623157e308} do
  local joined = v .. ""
  print(joined, #joined, joined == tostring(v), ("" .. v) == joined, v .. v == joined .. joined)
end
print(1 .. 2, 1 .. "", "" .. 1, 1 .. 2 .. 3, -1 .. -2, 1.5 .. 2.5, 2 ^ 2 .. 3, -2 ^ 2 .. "")
print(10 .. "", 0x10 .. "", 1e2 .. "", .5 .. "", 5. .. "")
local a, b = 1, 2 print(a .. b, a .. b + 1, (a .. b) + 1, #(a .. b), a .. b == "12", a .. b == 12)
for _, bad in ipairs{true, {}, print} do
  local kind = type(bad)
  print(kind, pcall(function() return "x" .. bad end))
  print(kind, pcall(function() return bad .. "x" end))
  print(kind, pcall(function() return 1 .. bad end))
  print(kind, pcall(function() return bad .. bad end))
end
print(pcall(function() return "x" .. nil end)) print(pcall(function() local t = {} return "a" .. t.x.y end)) print(pcall(function() local t = {} return "a" .. t.name .. "b" end))
print(pcall(function() return undefined_name .. "x" end)) print(pcall(function() local up = nil return (function() return "a" .. up end)() end))
