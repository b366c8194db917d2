-- A message names a field up to its first zero byte.
local t = {}
print(pcall(function() return t["b\0c"] + 1 end))
print(pcall(function() return t["b\0c"].x end))
print(pcall(function() t["\0"]() end))
