-- getlocal of a function gives the names of its parameters.
local function show(f) local names = {} for i = 1, 5 do names[i] = tostring((debug.getlocal(f, i))) end print(table.concat(names, " ")) end
show(function() end)
show(function(a) end)
show(function(a, b, ...) local c end)
show(function(...) local c end)
show(print)
local t = {} function t:m(x) end show(t.m)
print(debug.getlocal(show, 0), debug.getlocal(show, -1), select("#", debug.getlocal(show, 9)))
