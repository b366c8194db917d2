-- The 5.1 functions kept by LuaJIT.
print(table.maxn({}), table.maxn({1, 2, 3}), table.maxn({[10] = 1}), table.maxn({[1.5] = 1, x = 2}), table.maxn({[-1] = 1}))
print(table.getn and table.getn({1, 2}) or "no getn")
print(pcall(table.maxn))
print(type(table.foreach), type(table.foreachi))
table.foreachi({"a", "b", "c"}, function(i, v) io.write(i, v, " ") end) print()
print(table.foreachi({"a", "b", "c"}, function(i, v) if v == "b" then return i end end))
print(table.foreach({x = 1}, function(k, v) return k .. v end))
