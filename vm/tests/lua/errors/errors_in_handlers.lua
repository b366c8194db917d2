-- A message handler that itself fails.
local function show(ok, e) print(ok, type(e) == "string" and e:match("error in error handling") or e) end
show(xpcall(function() error("first", 0) end, function(m) error("second", 0) end))
show(xpcall(function() error("first", 0) end, function(m) local x = nil; return x.y end))
show(pcall(xpcall, error, nil))
show(pcall(xpcall, function() error("first", 0) end, 5))
local n = 0
show(xpcall(function() error("first", 0) end, function(m) n = n + 1 if n < 3 then error("again", 0) end return "recovered " .. n end))
print(xpcall(function() error("e", 0) end, function(m) return (pcall(error, "inside handler")) end))
print(xpcall(function() error("e", 0) end, function() end))
