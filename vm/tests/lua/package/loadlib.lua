-- Nothing can be loaded, and the answer has three parts.
local f, message, where = package.loadlib("/nonexistent/library.so", "luaopen_x")
print(f, type(message), type(where))
print(pcall(package.loadlib)) print(pcall(package.loadlib, "x")) print(pcall(package.loadlib, {}, "x")) print(pcall(package.loadlib, "x", {}))
print(select("#", package.loadlib("/nonexistent/library.so", "*")))
