-- Levels decide whose position is put in front.
local function raise(level) error("message", level) end
for level = 0, 5 do print(level, pcall(raise, level)) end
local function outer(level) raise(level) end
for level = 0, 4 do print(level, pcall(outer, level)) end
print(pcall(error, "x", -1)) print(pcall(error, "x", 1)) print(pcall(error, "x", 2)) print(pcall(error, "x", 100)) print(pcall(error, 12, 1)) print(pcall(error, true, 1)) print(pcall(error, "x", "2")) print(pcall(error, "x", {})) print(pcall(error, "a\0b"))
print(pcall(function() error(12) end)) print(pcall(function() error(12, 2) end)) print(pcall(function() error("tail") end)) print(pcall(function() return error("tail") end))
print(select("#", pcall(error))) print(pcall(load("error('in chunk')", "=chunk"))) print(pcall(load("error('in chunk')", "@file"))) print(pcall(load("error('in chunk')", "code")))
