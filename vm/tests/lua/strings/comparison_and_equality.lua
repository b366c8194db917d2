-- Equal content means equal strings, short or long.
local long = ("x"):rep(100)
local other = ("x"):rep(99) .. "x"
print(long == other, long ~= other, rawequal(long, other), long < other, long <= other)
local t = {[long] = "found"}
print(t[other], t[("x"):rep(100)])
local short = "ab"
print(short == "a" .. "b", ({ab = 1})["a" .. "b"])
local words = {"pear", "Apple", "apple", "fig", "", "a", "aa", "10", "9", "é"}
table.sort(words)
print(table.concat(words, "|"))
print("a" < "b" and "b" < "c", "a" < "aa", not ("aa" < "a"), "a\0a" < "a\0b", "\127" < "\128")
