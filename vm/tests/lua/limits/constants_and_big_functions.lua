-- Functions with thousands of constants and statements.
local t = {"local s = 0"}
for i = 1, 3000 do t[#t + 1] = "s = s + " .. i .. ".5" end
t[#t + 1] = "return s"
print(loadstring(table.concat(t, "\n"))())
t = {"local t = {}"}
for i = 1, 2000 do t[#t + 1] = "t.field" .. i .. " = 'value" .. i .. "'" end
t[#t + 1] = "return t"
local r = loadstring(table.concat(t, " "))()
print(r.field1, r.field1000, r.field2000)
t = {} for i = 1, 1000 do t[i] = "'s" .. i .. "'" end
local big = loadstring("return {" .. table.concat(t, ",") .. "}")()
print(#big, big[1], big[500], big[1000])
t = {} for i = 1, 500 do t[i] = "function() return " .. i .. " end" end
local fs = loadstring("return {" .. table.concat(t, ",") .. "}")()
print(fs[1](), fs[250](), fs[500]())
t = {"local x = ... if x == 0 then return 'zero'"}
for i = 1, 500 do t[#t + 1] = "elseif x == " .. i .. " then return 'case" .. i .. "'" end
t[#t + 1] = "else return 'other' end"
local sw = loadstring(table.concat(t, "\n"))
print(sw(0), sw(1), sw(250), sw(500), sw(501))
