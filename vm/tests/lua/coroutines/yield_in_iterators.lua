-- A generic for may be suspended inside its iterator function.
local function iter(s, i) i = i + 1 if i <= s then coroutine.yield("step " .. i) return i end end
local co = coroutine.wrap(function() local t = {} for i in iter, 3, 0 do t[#t + 1] = i end return table.concat(t, ",") end)
print(co()) print(co()) print(co()) print(co())
local t = setmetatable({}, {__index = function(_, k) return coroutine.yield("get " .. k) end})
local c2 = coroutine.wrap(function() for i = 1, 2 do local v = t[i] print("got", v) end return "end" end)
print(c2()) print(c2("a")) print(c2("b"))
local c3 = coroutine.wrap(function() for k in setmetatable({}, {__call = function(_, _, k) return coroutine.yield(k or "first") end}) do print("key", k) end return "over" end)
print(c3()) print(c3(1)) print(c3(2)) print(c3(nil))
