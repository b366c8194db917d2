-- Bad directives and bad arguments.
for _, f in ipairs{"%y", "%", "%5", "%-", "%lld", "%n", "%123d", "%.123d", "%10.123f", "%-+ #0d", "%--d", "% 5s", "%d %z", "%5%"} do
  print(f, pcall(string.format, f, 1, 2))
end
print(pcall(string.format))
print(pcall(string.format, {}))
print(pcall(string.format, "%c", "x"))
print(pcall(string.format, "%s %d", "a", "b"))
print(pcall(string.format, "%d %d", 1))
print(pcall(function() return ("%d"):format("no") end))
