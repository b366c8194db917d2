-- tostring honours __tostring whatever it returns.
local function with(result) return setmetatable({}, {__tostring = function(...) return result, select("#", ...) end}) end
print(tostring(with("text")), tostring(with(12)), type(tostring(with(12))), tostring(with(nil)), tostring(with(true)))
print(pcall(tostring)) print(tostring(nil), tostring(false), tostring(1e15), tostring(-0), tostring("a\0b") == "a\0b")
print(pcall(tostring, setmetatable({}, {__tostring = 1})))
print(pcall(tostring, setmetatable({}, {__tostring = {}})))
print(tostring(setmetatable({}, {__tostring = setmetatable({}, {__call = function() return "called" end})})))
print(pcall(tostring, setmetatable({}, {__tostring = function() error("inside", 0) end})))
print(tostring(1, 2, 3), select("#", tostring(with("x"))))
print((tostring(setmetatable({}, {__name = "Named"})):gsub("0x%x+", "ADDR")))
print(tostring(with(with("deep"))) ~= nil, type(tostring(with(with("deep")))))
getmetatable("").__tostring = function(s) return "<" .. s .. ">" end
print(tostring("hooked"))
getmetatable("").__tostring = nil
debug.setmetatable(1, {__tostring = function(n) return "number" end})
print(tostring(5), ("%s"):format(5))
debug.setmetatable(1, nil)
debug.setmetatable(nil, {__tostring = function() return "NIL" end})
print(tostring(nil), ("%s"):format(nil))
debug.setmetatable(nil, nil)
