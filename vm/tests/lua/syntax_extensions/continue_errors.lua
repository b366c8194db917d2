local function try(src) print((select(2, loadstring(src, "=s")))) end
try("continue") try("do continue end") try("for i = 1, 2 do f(function()\n continue\n end) end")
try("repeat continue local x until x") try("repeat if a then\n continue\n end local x\n local y until y") try("repeat if a then continue end until true")
try("repeat local x if a then continue end until x") try("repeat do local x continue end until x")
try("repeat while a do continue end local x until x") try("repeat repeat continue until a local x until x")
try("for i = 1, 2 do continue; end") try("for i = 1, 2 do continue print(1) end") try("continue = 1 continue = continue + 1 print(continue)")
try("for i = 1, 2 do continue\n\n else end") try("continue\n\n\n") try("break continue") try("goto x continue") try("goto x\ncontinue")
try("local continue = 1 while continue do continue = nil end") try("goto continue ::continue::") try("while x do local f = || -> do continue end end")
try("continue\n(1)") try("continue 'x'") try("continue.x = 1") try("x = continue y = continue") try("while a do if b then continue elseif c then continue else continue end end")
