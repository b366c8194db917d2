-- load returns nil and the message; the program goes on.
for _, src in ipairs{"x = ", "for", "return return", "local function", "a.b:c = 1", "x = 'unclosed", "goto nowhere", "break", "::a:: ::a::", "return ... , function() return ... end", "if x then else", "x = }", "f(", "\1"} do
  local f, e = loadstring(src, "=src")
  print(f, e)
end
