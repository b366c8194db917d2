-- Upvalues of functions in C have no name.
local gm = ("a b"):gmatch("%a")
local name, value = debug.getupvalue(gm, 1) print(name, value)
local w = coroutine.wrap(function() end)
print((debug.getupvalue(w, 1)), type(select(2, debug.getupvalue(w, 1))))
print(debug.getupvalue(next, 1)) print(debug.getupvalue(math.abs, 1)) print(debug.setupvalue(math.abs, 1, 2))
