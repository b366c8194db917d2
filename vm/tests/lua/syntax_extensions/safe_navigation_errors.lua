local function try(src) print((select(2, loadstring(src, "=s")))) end
try("a?.b") try("a?.") try("a?.1") try("x = a?.") try("x = a?.5") try("x = a ?. b") try("a, b?.c = 1, 2") try("a?.b, c = 1, 2")
try("a?.b = 1, 2") try("x = a?.b.") try("x = a?.:b") try("x = a?.?.b") try("x = ?.b") try("x = a?..b") try("x = 1?.b") try("x = 'a'?.b")
try("x = a:b?.c") try("a:b?.c()") try("x = a:b?.()") try("x = c ? a?.:m() : b") try("x = c ? a?.m : b") try("x = c ? (a?.:m()) : b")
try("function a?.b() end") try("local a?.b = 1") try("for i in a?.b do end") try("a?.b\n(1)") try("a?.\n(1)") try("x = a?.b ? c : d")
try("a?.b()\n= 1") try("a, b:c?.().d = 1, 2") try("x = a ?.5 : 1") try("x = a?.const + a?.end") try("goto?.x = 1") try("const?.x = 1") try("continue?.x = 1")
