-- tostring honours __tostring, and only that; what it may return.
local function T(f) return setmetatable({}, {__tostring = f}) end
print(tostring(T(function() return "mine" end))) print(tostring(T(function() return 42 end))) print(tostring(T(function() return "" end)) == "")
print(pcall(tostring, T(function() return nil end))) print(type(select(2, pcall(tostring, T(function() return {} end))))) print(pcall(tostring, T(function() return true end)))
print(pcall(tostring, T(function() error("inside", 0) end))) print(pcall(tostring, T("not a function"))) print(pcall(tostring, T(T(function() return "x" end))))
print(tostring(T(setmetatable({}, {__call = function(self, v) return "called " .. type(v) end}))))
print(tostring(setmetatable({}, {__name = "Named"})):match("^%a+")) print((tostring({}):gsub("0x%x+", "ADDR"))) print((tostring(print):gsub(": .*", "")))
print((tostring(function() end):gsub("0x%x+", "ADDR"))) print((tostring(coroutine.create(print)):gsub("0x%x+", "ADDR"))) print((tostring(newproxy()):gsub("0x%x+", "ADDR")))
print(tostring(nil), tostring(true), tostring(false), tostring("s"), tostring(1), tostring(-0), tostring(1e15), tostring(0.1))
print(pcall(tostring)) print(tostring(nil, 1), select("#", tostring(1, 2)))
local p = newproxy(true) getmetatable(p).__tostring = function(x) return type(x) .. "!" end print(tostring(p), ("%s"):format(p))
local arg_count = setmetatable({}, {__tostring = function(...) return "args " .. select("#", ...) end}) print(tostring(arg_count), tostring(arg_count, 2))
print(pcall(string.format, "%s", T(function() return nil end))) print(pcall(string.format, "%s", T(function() return 7 end))) print((string.format("%s", T(function() return setmetatable({}, {__tostring = error}) end)):gsub("0x%x+", "A"))) print(pcall(print, T(function() return false end)))
