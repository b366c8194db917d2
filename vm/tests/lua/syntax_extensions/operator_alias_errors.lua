local function try(src) print((select(2, loadstring(src, "=s")))) end
try("x = !") try("x = a ! b") try("x = a & & b") try("x = a | | b") try("x = a ! = b") try("x = !!") try("x = a &&") try("x = && a") try("x = a !== b")
try("x = a ~> b") try("x = a ~>> b") try("x = a ~ > b") try("x = a ~>") try("x = a ? ? b") try("x = a ??") try("x = a @ b") try("x = a $ b") try("x = a < < b") try("x = a >>> b")
try("x = a <<< b") try("x = a - > b") try("! = 1") try("~ = 1") try("& x") try("| x") try("x = ~") try("x = ~~a") try("x = a ~~ b") try("x = a ~= ~b") try("x = a &") try("x = a ??= 1")
try("x = \1") try("x = \127") try("x = `a`") try("x = a\\b") try("\n\n@") try("x = a && b || c and d or e")
