-- Each malformed pattern and its message, through every function that takes one.
local bad = {"(", "(a", "a)", ")", "((a)", "%", "a%", "[", "[a", "[]", "[^", "[^]", "[a-", "[%", "[%a", "[a%", "%b", "%bx", "%f", "%fa", "%f[", "%f[a", "%1", "(%1)", "(a)%2", "%0", "%9", "(()", "())", "a(b", "[]a", "[^]a", "[a-]", "[a-%]", "[a-%a]", "*", "+", "?", "-", "^*", "$a", "a^", "(*)", "()%1", "(a)(%1)", "%", "%%%", "[[", "[[a", "[[:alpha:]"}
for _, p in ipairs(bad) do
  print(p, pcall(string.find, "a%b[c]", p)) print("", pcall(string.match, "ab", p)) print("", pcall(string.gsub, "ab", p, "x")) print("", pcall(function() local n = 0 for _ in ("ab"):gmatch(p) do n = n + 1 end return n end)) print("", pcall(string.find, "", p))
end
print(pcall(string.find, "a", ("(a)"):rep(33))) print(pcall(string.find, ("a"):rep(32), ("(a)"):rep(32)) == true) print(select("#", (("a"):rep(32)):match(("(a)"):rep(32)))) print(pcall(string.match, ("a"):rep(40), ("()"):rep(33)))
