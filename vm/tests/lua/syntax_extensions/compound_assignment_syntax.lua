local function try(src) print((select(2, loadstring(src, "=s")))) end
try("a + = 1") try("a +=") try("a += 1, 2") try("a, b += 1") try("a ^= 2") try("a != 1") try("a == 1") try("a <= 1")
try("a >= 1") try("f() += 1") try("(a) += 1") try("a.b() += 1") try("a ~ = 1") try("a ~= ") try("a .. = 1") try("a and= 1")
try("a ??= 1") try("a +=\n\n+ 1") try("local a += 1") try("a += b += 1") try("a << = 1") try("1 += 1") try("a &&= 1")
-- What is skipped behind the operator only has to begin with `=`.
a = 1
print(loadstring("a +== 1 return a", "=s")())
print(loadstring("local t = {1} t[1] -== 3 return t[1]", "=s")())
