-- Keys that are in the dictionary are written as indices.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local options = {dict = {"name", "value", false, "long key with spaces", "name"}}
local b = buffer.new(options)
print(hex(b:encode({name = 1}):get()))
print(hex(b:encode({value = "name"}):get()))
print(hex(b:encode({["long key with spaces"] = {name = {value = true}}}):get()))
print(hex(b:encode({other = 1}):get()), hex(b:encode("name"):get()), hex(b:encode({"name"}):get()))
b:encode({name = {value = 5}})
local t = b:decode()
print(t.name.value, #b)
print(b:set("\x0f\x00"):decode(), b:set("\x0f\x03"):decode(), b:set("\x0f\x04"):decode())
for _, s in ipairs{"\x0f\x02", "\x0f\x05", "\x0f\xe0\x00", "\x0f"} do print(pcall(b.decode, b:set(s))) end
print(pcall(buffer.decode, "\x0f\x00"))
local other = buffer.new(20, options)
other:encode({name = "shared options"})
print(b:set(other:tostring()):decode().name)
local none = buffer.new()
print(pcall(none.decode, none:set(other:tostring())))
local many = {}
for i = 1, 500 do many[i] = "key" .. i end
local big = buffer.new({dict = many})
for _, i in ipairs{1, 2, 200, 224, 225, 226, 300, 500} do print(i, hex(big:encode({["key" .. i] = true}):get())) end
