local function try(src) print((select(2, loadstring(src, "=s")))) end
try("x -> y") try("x = x ->") try("x = ->") try("x = || ->") try("x = |a ->") try("x = |a,| -> a") try("x = |a b| -> a") try("x = |1| -> a") try("x = |...,a| -> a")
try("x = || 1") try("x = |a| a") try("x = a -> do") try("x = a -> do\n\nreturn 1") try("x = a -> do return 1 end end") try("x = a -> return a") try("x = a -> a, b")
try("x = a -> ...") try("x = |...| -> ...") try("x = (a, b) -> a") try("x = (a) -> a") try("f(x -> x, y") try("f(x -> x y)") try("f(|| -> 1 y)") try("f(|a, b| -> a 'str')")
try("f(a -> b 5)") try("local v f(|| -> v 'x')") try("f(|| -> 1 'x')") try("f(|| -> do local q end 'x')") try("x = a.b -> 1") try("x = a -> b -> 1 'y'") try("x = y -> z\n(1)")
try("f(x -> x\n,\ny z)") try("local function f() return x -> end") try("x, y -> z = 1") try("x = | -> 1") try("x = |a|\n-> a\nb") try("const c; x = |c| -> 1") try("for a -> b in c do end")
try("x = a -> b = 1") try("x = a -> b += 1") try("x = || -> do goto q end") try("x = || -> do break end") try("while 1 do x = || -> do continue end end")
