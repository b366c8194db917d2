-- string.match: whole match, captures, positions, starts, anchors.
local function show(...) print(select("#", ...), ...) end
show(("hello world"):match("o")) show(("hello world"):match("(o)( )")) show(("hello"):match("()ll()")) show(("hello"):match("x"))
show(("hello"):match("")) show(("hello"):match("()")) show(("hello"):match(".", 2)) show(("hello"):match("^e", 2)) show(("hello"):match("^h", 2))
show(("hello"):match(".", -1)) show(("hello"):match("$", -1)) show(("hello"):match(".*", 6)) show(("hello"):match(".*", 7)) show(("hello"):match("l+", -3))
show(("2024-05-17"):match("(%d+)-(%d+)-(%d+)")) show(("k = v"):match("^(%w+)%s*=%s*(%w+)$")) show(("  trim  "):match("^%s*(.-)%s*$"))
show(("a,b,,c"):match("([^,]*),([^,]*),([^,]*),(.*)")) show(("x"):match("(x)(y?)")) show(("((a))"):match("%((%(.*%))%)"))
show(("f(a(b)c)d"):match("%b()")) show(("THE (quick) fox"):find("%((%a+)%)")) show(("one;two"):match("^(.-);")) show(("abc"):match("((a)(b)(c))"))
show(string.match(2024, "%d%d")) show(string.match(-1.5, "%-(%d)")) show(("a"):match("a", nil)) show(("0x1F"):match("^0[xX](%x+)$"))
print(pcall(string.match, "a")) print(pcall(string.match)) print(pcall(string.match, nil, "a")) print(pcall(string.match, "a", {}))
print(pcall(string.match, "a", "a", {})) print(pcall(string.match, "a", "(")) print(pcall(string.match, "a", ")")) print(pcall(string.match, "a", "%1"))
show(("aa"):match("(a)%1")) show(("ab"):match("(a)%1")) show(("abab"):match("(ab)%1")) show(("'x'"):match("(['\"])(.-)%1"))
