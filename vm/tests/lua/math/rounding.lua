-- floor and ceil near integers and halves.
for _, v in ipairs{0.5, -0.5, 1.5, -1.5, 2.4999999, 1e15 + 0.5, -1e15 - 0.5, 0.99999999999999994, 4503599627370496.5, 1e300, -1e300} do
  print(v, math.floor(v), math.ceil(v), math.floor(v + 0.5))
end
print(math.floor("3.7"), math.ceil("3.2"), math.abs("-5"))
