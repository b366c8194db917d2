-- Templates, separators and the list of what was tried.
print(package.searchpath("no.such", "./?.x;/tmp/?/y")) print(package.searchpath("no.such", "?;?", "")) print(package.searchpath("a-b", "?", "-", "+")) print(package.searchpath("a.b", "?.?")) print(package.searchpath("a", "")) print(package.searchpath("a", ";;")) print(package.searchpath("a..b", "?", "..", "/")) print(package.searchpath("a", "no mark"))
local name = os.tmpname()
print(package.searchpath(name:match("[^/]+$"), "/nonexistent/?;/tmp/?") == name, package.searchpath(name:sub(6), "/tmp/?;/nonexistent") == name, package.searchpath("tmp." .. name:sub(6), "/?") == name, package.searchpath("x", name) == name)
os.remove(name)
print(pcall(package.searchpath)) print(pcall(package.searchpath, "x")) print(pcall(package.searchpath, {}, "x")) print(pcall(package.searchpath, "x", {})) print(pcall(package.searchpath, "x", "y", {})) print(pcall(package.searchpath, nil, nil, nil, {})) print(package.searchpath("a.b", "?", nil, nil)) print(package.searchpath(1, 2)) print(package.searchpath("x\0y", "?"))
print(package.config) print(package.path) print(package.cpath)
