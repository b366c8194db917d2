-- %b matches balanced pairs.
print(("f(a(b)c)d"):match("%b()"), ("[[x]]"):match("%b[]"), ("(unclosed"):match("%b()"), ("''x''"):match("%b''") )
print(("<a<b>c>d>"):match("%b<>"), ("x(y)z"):gsub("%b()", ""), ("((("):find("%b()"))
print(("begin{1{2}3}end"):match("%w+(%b{})"), ("abab"):match("%bab"))
print(pcall(string.match, "a", "%b"))
print(pcall(string.match, "a", "%b("))
