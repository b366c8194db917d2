-- Reserved words cannot be names but can be fields through brackets.
for _, w in ipairs{"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"} do
  print(w, (loadstring("local " .. w .. " = 1", "=c")) == nil, (loadstring("x." .. w .. " = 1", "=c")) == nil, ({[w] = w})[w])
end
local goto1, End, _ = 1, 2, 3
print(goto1, End, _)
