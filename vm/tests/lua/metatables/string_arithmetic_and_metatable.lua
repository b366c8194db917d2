-- Adding metamethods to strings through their shared metatable.
local mt = getmetatable("")
mt.__add = function(a, b) return "add:" .. a .. b end
mt.__call = function(s, n) return s:rep(n) end
print(pcall(function() return "x" + 1 end))
print("5" + 1, ("ab")(3))
mt.__add, mt.__call = nil, nil
print(pcall(function() return "x" + 1 end))
print(pcall(function() return ("ab")(3) end))
mt.__index = function(s, k) if type(k) == "number" then return s:byte(k) end return string[k] end
print(("abc")[2], ("abc"):upper())
mt.__index = string
print(("abc")[2])
