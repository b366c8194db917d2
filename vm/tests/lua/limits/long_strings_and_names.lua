-- Long names, long string constants, long lines.
local name = ("n"):rep(1000)
print(loadstring("local " .. name .. " = 5 return " .. name)())
print(#loadstring("return '" .. ("x"):rep(100000) .. "'")(), #loadstring("return [[" .. ("y\n"):rep(5000) .. "]]")())
local t = {[name] = 1} print(t[("n"):rep(1000)])
print(loadstring("return " .. ("1 + "):rep(1000) .. "1")())
print(#loadstring("return " .. ("'ab' .. "):rep(100) .. "'c'")())
local line = "x = 1 " print(loadstring(line:rep(5000)) ~= nil) x = nil
print((select(2, loadstring(("\n"):rep(70000) .. "x = =", "=c"))))
