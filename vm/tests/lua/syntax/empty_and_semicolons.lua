-- A statement may end with one semicolon; an empty statement is an error.
local a = 1; local b = 2;
print(a, b);
do end
if a then end
while false do end
repeat until true
for i = 1, 0 do end
local function nothing() end
print(nothing())
print((nothing()))
print(select("#", nothing()))
print((select(2, loadstring("x = 1;; y = 2", "=c"))))
print((select(2, loadstring("; x = 1", "=c"))))
print(type(loadstring("")), select("#", loadstring("")()))
