-- LuaJIT takes bytes above 127 in names.
local größe = 5
local 日本 = "nihon"
print(größe, 日本)
local t = {naïve = true}
print(t.naïve, t["na\xc3\xafve"])
