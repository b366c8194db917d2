-- ipairs stops at the first nil and reads through no metamethod of 5.2.
local function collect(t) local r = {} for i, v in ipairs(t) do r[#r + 1] = i .. "=" .. tostring(v) end return table.concat(r, " ") end
print(collect{}, collect{"a", "b"}, collect{"a", nil, "c"}, collect{nil, "b"}, collect{[0] = "z", "a"}, collect{1, false, 3})
print(pcall(ipairs))
print(pcall(ipairs, nil))
print(pcall(ipairs, 5))
local grow = {1} for i, v in ipairs(grow) do if i < 5 then grow[i + 1] = v * 2 end end print(table.concat(grow, ","))
local shrink = {1, 2, 3, 4} local seen = 0 for i in ipairs(shrink) do seen = seen + 1 shrink[#shrink] = nil end print(seen)
print(collect(setmetatable({}, {__index = function(_, i) if i <= 3 then return i * 10 end end})))
local p = setmetatable({"a"}, {__index = {"x", "y", "z"}}) print(collect(p))
local f, s, i = ipairs({"q"}) print(f(s, 0)) print(f(s, 1)) print(i)
