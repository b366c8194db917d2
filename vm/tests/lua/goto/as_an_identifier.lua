-- goto is a keyword here only where a label follows.
for _, s in ipairs{"goto x ::x::", "local t = {goto = 1} return t.goto", "local t = {} t.goto = 2 return t.goto", "local t = {['goto'] = 3} return t['goto']", "return goto", "goto()", "function goto() end", "local x = goto", "t:goto()", "a.goto()"} do local f, e = loadstring(s, "=g") if f then print(s, pcall(f)) else print(s, e) end end
