-- The same function gives the same bytes; another gives others.
local source = "local a = {x = 1, y = 2, z = {...}} local b = 'text' return function() return a, b, 1.5 end"
local f = loadstring(source, "=chunk")
local one, two = string.dump(f, "d"), string.dump(loadstring(source, "=chunk"), "d")
print(one == two, #one > 0, one:byte(1))
print(string.dump(f, "sd") == string.dump(loadstring(source, "=other"), "sd"))
print(#string.dump(f, true) < #string.dump(f))
print(string.dump(f) ~= string.dump(loadstring("return 1")))
print(string.dump(load(one), "d") == one)
print(string.dump(load(string.dump(f, "sd")), "sd") == string.dump(f, "sd"))
-- Coerced options: only strings and truth count.
print(#string.dump(f, 1) == #string.dump(f, true), #string.dump(f, nil) == #string.dump(f), #string.dump(f, {}) == #string.dump(f, "s"))
print(#string.dump(f, "xyz") == #string.dump(f), #string.dump(f, "xs") == #string.dump(f, "s"))
