-- Strings have methods; assignment to them does not work; odd receivers.
print(("abc"):upper(), ("x"):rep(3), ("%d-%d"):format(1, 2), #("abc"):sub(2), ("a"):byte()) print(("abc").len == string.len, ("abc").missing, ("abc")[1], ("abc")["upper"] == string.upper)
print(pcall(function() local s = "abc" s.field = 1 end)) print(pcall(function() local s = "abc" s[1] = "x" end)) print(pcall(function() return ("x"):missing() end)) print(pcall(function() return ("x").a.b end))
print(pcall(function() local s = "x" return s() end)) print(pcall(function() local s = "x" return s.y() end)) print(pcall(function() local s = "x" return s:y() end))
local s = "test" function string.shout(self, mark) return self:upper() .. (mark or "!") end print(s:shout(), s:shout("?"), ("%s"):shout()) string.shout = nil print(pcall(function() return s:shout() end))
print(getmetatable("").__index == string, getmetatable("a") == getmetatable("b"), pcall(setmetatable, "x", {}))
local mt = getmetatable("") local old = mt.__index mt.__index = function(self, k) if type(k) == "number" then return self:sub(k, k) end return old[k] end
end_ok, first, last = pcall(function() local w = "hello" return w[1], w[#w] end) print(end_ok, first, last, ("x"):upper()) mt.__index = old print(("abc")[1])
mt.__call = function(self, ...) return self .. "(" .. select("#", ...) .. ")" end print(("f")(1, 2), pcall(("g"), nil)) mt.__call = nil
mt.__unm = function(self) return self:reverse() end print(-"abc", -"12") mt.__unm = nil print(pcall(function() return -"abc" end), -"12")
mt.__add = function(a, b) return a .. "+" .. b end print("a" + "b", "a" + 1, 1 + "b", "1" + "2") mt.__add = nil print(pcall(function() return "a" + "b" end))
