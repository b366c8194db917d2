-- * + - ? on characters, classes and sets, greedy and lazy, with backtracking.
local subjects = {"", "a", "aa", "aaa", "b", "ab", "aab", "aaab", "abab", "baa", "bab"}
for _, p in ipairs{"a*", "a+", "a-", "a?", "^a*$", "^a+$", "^a-$", "^a?$", "a*b", "a+b", "a-b", "a?b", "^a*b", "^a-b", "(a*)(b?)", "(a-)(b)", "(a+)(a*)", "(a-)(a*)", "(a?)(a?)(a?)", "[ab]*b", "[ab]-b", "[ab]+b$", ".-b", ".*b", ".+b", ".?b", "%a*a", "%a-a", "[^b]*", "[^b]+b", "a*a*b", "a-a-b", "a*?", "a+*", "a--", "ba*", "b?a+b?"} do
  local line = {}
  for i, s in ipairs(subjects) do
    local r = {s:find(p)}
    for k = 1, #r do r[k] = tostring(r[k]) end
    line[i] = #r == 0 and "-" or table.concat(r, ",")
  end
  print(p, table.concat(line, " "))
end
