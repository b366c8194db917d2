-- %s: width, precision, flags, any value, zeros inside.
local function f(spec, ...) print(spec, pcall(string.format, "[" .. spec .. "]", ...)) end
for _, spec in ipairs{"%s", "%5s", "%-5s", "%.2s", "%5.2s", "%-5.2s", "%.0s", "%.s", "%05s", "%+s", "% s", "%#s", "%10.10s", "%.99s", "%99s"} do f(spec, "abc") f(spec, "") f(spec, 12) f(spec, nil) f(spec, true) f(spec, -1.5) end
f("%s %s", "a") f("%s") f("%s", nil) f("%s", setmetatable({}, {__tostring = function() return "obj" end})) f("%.2s", setmetatable({}, {__tostring = function() return "object" end})) f("%5s", false) f("%100s", "x") f("%.100s", "x") f("%1000s", "x") f("%s%s%s", 1, "two", nil) f("%5s%%", "a") f("%-3s%3s", "a", "b")
print(#("%s"):format("a\0b"), #("%.2s"):format("a\0b"), #("%5s"):format("a\0b"), #("%s"):format(("x"):rep(1000)), #("%.50s"):format(("x"):rep(1000)), #("%-99s"):format("")) print(("%s"):format("%d"), ("%%s"):format(), ("%%%s%%"):format("x"), ("100%%"):format(), ("%s"):rep(3, ","):format(1, 2, 3))
