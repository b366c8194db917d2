-- Long subjects and deep backtracking end in a result or an error.
print(#(("a"):rep(5000)):match(".-$"), (("a"):rep(5000) .. "b"):find("b"))
print(pcall(string.match, ("a"):rep(2000), ".-b"))
print((("a"):rep(3000) .. "b"):find(".-b"), #(("a"):rep(300000)):match("a*"))
print(#(("x"):rep(12)):match(("x?"):rep(12) .. ("x"):rep(12)))
print(pcall(string.match, ("("):rep(300), ("("):rep(300)))
print((("ab"):rep(1000)):gsub("ab", "x") == ("x"):rep(1000))
