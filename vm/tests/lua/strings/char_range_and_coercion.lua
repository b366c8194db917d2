-- string.char: any count of arguments, truncation, and values outside a byte.
local function show(s) print(#s, (s:gsub("[^%w]", function(c) return ("<%d>"):format(c:byte()) end))) end
show(string.char())
show(string.char(72, 105))
show(string.char(0, 255, 128))
show(string.char(65.9, 66.1))
show(string.char("67", " 68 ", "0x45"))
show(string.char(unpack((function() local t = {} for i = 0, 99 do t[#t + 1] = i end return t end)())))
local function try(...) print(pcall(string.char, ...)) end
try(256) try(-1) try(1, 256) try(1, 2, -1) try(1e10) try(0/0) try(1/0) try(-1/0)
try({}) try(nil) try(1, nil) try("x") try(true) try(print and "300")
try(255.5) try(-0.5) try(2^31) try(2^32 + 65) try(2^53)
print(pcall(function() return ("x").char(1, {}) end))
print(pcall(function() return ("x"):char() end))
local round = true
for i = 0, 255 do if string.char(i):byte() ~= i then round = false end end
print(round)
