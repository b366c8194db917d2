-- Long chains of .. evaluate their operands once and left to right.
local log = {} local function v(x) log[#log + 1] = tostring(x) return x end
print(v(1) .. v("b") .. v(3) .. v("d") .. v(5.5)) print(table.concat(log, " "))
local a, b, c = "x", "y", "z" local s = a .. b .. c .. a .. b .. c .. 1 .. 2 .. 3 .. "" .. a print(s, #s)
local parts = {} for i = 1, 150 do parts[i] = "'" .. i .. "'" end local f = assert(loadstring("return " .. table.concat(parts, " .. "))) print(#f(), f():sub(-12))
local acc = "" for i = 1, 200 do acc = acc .. string.char(97 + i % 26) end print(#acc, acc:sub(1, 30)) acc = "" for i = 1, 50 do acc = i .. "," .. acc end print(acc:sub(1, 20), #acc)
print(("a" .. "b") .. ("c" .. "d"), "a" .. ("b" .. ("c" .. "d")), (("a" .. "b") .. "c") .. "d") print("a" .. "b" == "ab", "a" .. "b" < "b", not ("a" .. "b"), #("a" .. "b") + 1)
local function many() return "p", "q", "r" end print("<" .. many() .. ">", "<" .. (many()) .. many()) print(pcall(function() return "a" .. "b" .. {} .. "c" end)) print(pcall(function() return {} .. "a" .. "b" end)) print(pcall(function() return "a" .. nil .. "c" end))
local mt = {__concat = function(l, r) return "(" .. (type(l) == "table" and "T" or tostring(l)) .. "~" .. (type(r) == "table" and "T" or tostring(r)) .. ")" end} local t = setmetatable({}, mt)
print(t .. "a", "a" .. t, t .. t, "a" .. t .. "b", "a" .. "b" .. t, t .. "a" .. "b", 1 .. t .. 2, t .. 1 .. t, "a" .. t .. t .. "b")
