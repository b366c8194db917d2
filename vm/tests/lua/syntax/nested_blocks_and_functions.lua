-- Deep but legal nesting.
local src = {}
for i = 1, 60 do src[#src + 1] = "do local a" .. i .. " = " .. i .. " " end
src[#src + 1] = "r = a1 + a30 + a60 "
for i = 1, 60 do src[#src + 1] = "end " end
assert(loadstring(table.concat(src), "=c"))()
print(r)
r = nil
print(assert(loadstring("return " .. ("("):rep(100) .. "7" .. (")"):rep(100), "=c"))())
local f = "return " .. ("function() return "):rep(50) .. "'deep'" .. (" end"):rep(50)
local v = loadstring(f, "=c")()
local depth = 0
while type(v) == "function" do v = v() depth = depth + 1 end
print(v, depth)
print(#assert(loadstring("return " .. ("{"):rep(100) .. ("}"):rep(100), "=c"))())
