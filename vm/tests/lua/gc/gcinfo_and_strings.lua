-- Strings made and dropped in bulk; equal strings stay equal.
local first = {}
for i = 1, 500 do first[i] = "s" .. (i % 50) end
collectgarbage()
local same = true for i = 1, 500 do same = same and first[i] == "s" .. (i % 50) end print(same)
local t = {} for i = 1, 500 do t["key" .. i] = i end
collectgarbage()
local ok = true for i = 1, 500 do ok = ok and t["key" .. i] == i end print(ok)
local s = "" for i = 1, 300 do s = s .. string.char(65 + i % 26) end print(#s, s:sub(1, 10))
print(type(gcinfo()), gcinfo() > 0)
local big = {} for i = 1, 20 do big[i] = ("x"):rep(1000) .. i end collectgarbage()
print(big[1] == ("x"):rep(1000) .. 1, #big[20])
