-- Compiling text: names, modes, reader functions, environments.
print(loadstring("return 1 + 1")(), loadstring("return ...")(1, 2))
print(loadstring("syntax error here"))
print(load("return 'text'")(), load("x =", "=name"))
local parts = {"return ", "1", " + ", "2", nil}
local i = 0
print(load(function() i = i + 1 return parts[i] end)())
i = 0
print(load(function() i = i + 1 return ({"return 'a'", ""})[i] end)())
print(load("return x", "=c", "t", {x = "from env"})())
print(load("x = 5", "=c", "t", setmetatable({}, {__newindex = function(_, k, v) print("set", k, v) end}))())
print(load("return 1", "=c", "b"))
print(pcall(load))
print(pcall(load, 5))
print(load(function() return {} end))
print(load(function() error("reader failed", 0) end))
print(pcall(loadstring))
print(pcall(loadstring, {}))
print(loadstring("error('in chunk')", "=mychunk") ~= nil, pcall(loadstring("error('in chunk')", "=mychunk")))
print(loadfile("/nonexistent/file.lua"))
print(pcall(dofile, "/nonexistent/file.lua"))
