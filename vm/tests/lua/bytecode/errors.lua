-- What cannot be dumped or loaded.
local function show(...) print(pcall(...)) end
show(string.dump)
show(string.dump, nil)
show(string.dump, 1)
show(string.dump, "x")
show(string.dump, {})
show(string.dump, select)

show(string.dump, string.dump)
show(string.dump, select, true)
local foreign = "\27xx" .. ("y"):rep(20)
print(load(foreign))
print(load(foreign, "name"))
print(load(foreign, "=name"))
print(load(foreign, "@name.lua"))
print(load(foreign, "some text\nmore text"))
print(load(foreign, foreign))
print(loadstring("\27Lua" .. ("\0"):rep(20)))
local pieces = {"\27", "xx", ("y"):rep(20)}
print(load(function() return table.remove(pieces, 1) end))
pieces = {foreign}
print(load(function() return table.remove(pieces, 1) end, "=pieces"))
-- A dump with something behind it.
local dump = string.dump(function() return 1, "text" end)
print(load(dump .. "more", "=long"))
print(load(dump)())
-- A first line or a byte order mark before it.
print(load("#!/usr/bin/lua\n" .. dump, "=name"))
print(load("\239\187\191" .. dump, "=name"))
print(load("# first\r\n" .. dump))
print(load("# first\rreturn 1")())
