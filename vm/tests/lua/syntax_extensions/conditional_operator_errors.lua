local function try(src) print((select(2, loadstring(src, "=s")))) end
try("x = a ? b") try("x = a ? : c") try("x = a ? b :") try("x = a ? b c") try("x = a ? b:c()") try("x = a ? b:c() : d") try("x = a ? (b:c()) : d")
try("x = a ? b : c:d()") try("x = a ? b ? c : d") try("x = a ?") try("a ? b : c") try("x = a ? b, c : d") try("x = a ? x -> y:z() : w") try("x = a ? {b:c()} : d")
try("x = a ? f(b:c()) : d") try("x = a ? t[b:c()] : d") try("x = a ? b :: c") try("x = a ? function() return b:c() end : d") try("x = a ? b\n\n") try("f(a ? b : c, d)")
try("x = -a ? b : c") try("x = a ? -b : c") try("x = a ? b : c ? d") try("return a ? b : c") try("x = a ? 'b' : c") try("x = a ? 'b':c()") try("x = a ? b?.c : d") try("x = a ? b'c' : d")
try("x = (a ? b : c).d y = (a ? b : c)()") try("(a ? b : c)()") try("(a ? b : c).d = 1") try("(a ? b : c) = 1")
