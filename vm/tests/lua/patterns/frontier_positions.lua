-- %f[set] matches between characters, with \0 beyond the ends.
local function hits(s, p) local out = {} for a in s:gmatch("()" .. p) do out[#out + 1] = a end print(s, p, table.concat(out, " ")) end
for _, s in ipairs{"", "a", "the cat", " a b ", "a1 b2", "ABC abc", "x-y", "\0a"} do hits(s, "%f[%a]") hits(s, "%f[%A]") hits(s, "%f[%w]%w") hits(s, "%f[%s]") hits(s, "%f[%S]") hits(s, "%f[%z]") hits(s, "%f[^%z]") end
print((("THE (quick) fox"):gsub("%f[%a]%a+", "<%0>"))) print((("THE (quick) fox"):gsub("%f[%a]%a+%f[%A]", string.lower))) print(("THE (quick) fox"):find("%f[%a]%a+%f[%A]", 2)) print((("hello world"):gsub("%f[%a]%a", string.upper))) print((("a,b"):gsub("%f[,]", "|")), (("aAbB"):gsub("%f[%u]", "_")), (("fooBarBaz"):gsub("%f[%u]%u", function(c) return "_" .. c:lower() end)))
print(("foo.bar"):match("%f[%w]%w+$"), ("x"):find("%f[x]"), ("x"):find("x%f[^x]"), ("xx"):find("^%f[x]x%f[^x]")) print(pcall(string.find, "a", "%f")) print(pcall(string.find, "a", "%fa")) print(pcall(string.find, "a", "%f[a"))
local function count_words(s) return select(2, s:gsub("%f[%w]%w+", "")) end print(count_words("one two, three... four's"), count_words(""), count_words("---"))
