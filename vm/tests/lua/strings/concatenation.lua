-- The .. operator: association, numbers, and growth.
print("a" .. "b", 1 .. 2, "x" .. 1.5, 1 .. "", "a" .. "b" .. "c" .. "d")
local t = {}
for i = 1, 20 do t[#t + 1] = "item" .. i end
local s = ""
for _, v in ipairs(t) do s = s .. v .. ";" end
print(#s, s:sub(1, 20), s:sub(-8))
print(("a\0b" .. "c"):byte(1, -1))
print(pcall(function() return "a" .. nil end))
print(pcall(function() return {} .. "a" end))
print(pcall(function() local v; return "a" .. v end))
print(pcall(function() local t = {} return "a" .. t.x end))
print(pcall(function() return "a" .. undefinedname end))
print(pcall(function() return "a" .. "b" .. true .. "c" end))
print(pcall(function() local a, b = 1, nil return a .. b .. "x" end))
print(pcall(function() return print .. "x" end))
local a, b, c = "x", 2, "z"
print(a .. b .. c, (a .. b) .. c, a .. (b .. c))
print(-1 .. "", 0 .. "", -0 .. "", 1e300 .. "", 2^53 .. "")
