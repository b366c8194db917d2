-- Strings index the string library; other keys give nil; assignment fails.
local s = "abc"
print(s.len == string.len, s.nothing, s[1], ("x").upper(s))
print(pcall(function() s.x = 1 end))
print(pcall(function() return s.x.y end))
print(pcall(function() return s:nomethod() end))
print(pcall(function() ("x"):bad() end))
string.shout = function(str) return str:upper() .. "!" end
print(s:shout(), ("hey"):shout())
string.shout = nil
print(getmetatable("").__index == string, getmetatable("") == getmetatable("other"))
print(#s, s:len())
