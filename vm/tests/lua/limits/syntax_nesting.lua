-- Nesting beyond about 200 levels is refused, not a crash.
local function try(src) local f, e = loadstring(src, "=c") print(f and "compiled" or e:gsub(" near.*", "")) end
try("return " .. ("("):rep(150) .. "1" .. (")"):rep(150))
try("return " .. ("("):rep(1000) .. "1" .. (")"):rep(1000))
try("return " .. ("{"):rep(1000) .. ("}"):rep(1000))
try("x = " .. ("-"):rep(1) .. "1")
try("return " .. ("not "):rep(1000) .. "1")
try(("do "):rep(1000) .. ("end "):rep(1000))
try("local a = " .. ("a."):rep(1000) .. "b")
try("x = " .. ("'a' .. "):rep(150) .. "'b'")
try(("if x then "):rep(500) .. ("end "):rep(500))
try("return " .. ("function() return "):rep(500) .. "1" .. (" end"):rep(500))
