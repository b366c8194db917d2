-- All results pass through; state machines by tail call.
local function many() return 1, 2, 3 end
local function t1() return many() end
local function t2() return (many()) end
local function t3() return many(), many() end
print(t1()) print(t2()) print(t3())
local states = {}
local trace = {}
function states.a(s, i) trace[#trace + 1] = "a" if i > #s then return "accept" end return states[s:sub(i, i)](s, i + 1) end
function states.b(s, i) trace[#trace + 1] = "b" if i > #s then return "reject" end return states[s:sub(i, i)](s, i + 1) end
print(states.a("abba", 1), table.concat(trace))
local function sum(t, i, acc) if i > #t then return acc end return sum(t, i + 1, acc + t[i]) end
local t = {} for i = 1, 1000 do t[i] = i end
print(sum(t, 1, 0))
local function closing(n) local v = n local f = function() return v end if n == 0 then return f() end return closing(n - 1) end
print(closing(100))
