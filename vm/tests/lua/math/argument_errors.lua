-- Arguments that are not numbers.
for _, name in ipairs{"abs", "ceil", "cos", "exp", "floor", "sqrt", "modf", "frexp"} do
  print(name, pcall(math[name], "x"))
  print(pcall(function() math[name]({}) end))
end
print(pcall(math.max), pcall(math.min))
print(pcall(math.max, 1, "x"), pcall(math.max, 1, nil))
print(pcall(math.atan2, 1))
print(pcall(math.ldexp, 1))
print(pcall(math.fmod, 1))
print(pcall(math.pow, 2))
print(pcall(math.floor, {}))
print(pcall(function() return math.floor({}) end))
print(pcall(function() return math.max(1, {}) end))
print(math.max("10", 9), math.min("2", 3))
