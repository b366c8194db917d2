-- How the module is found and what is in it.
print(type(package.preload["string.buffer"]), package.loaded["string.buffer"])
local buffer = require("string.buffer")
print(package.loaded["string.buffer"] == buffer, require("string.buffer") == buffer, string.buffer, rawget(_G, "buffer"))
local names = {}
for name, value in pairs(buffer) do names[#names + 1] = name .. ":" .. type(value) end
table.sort(names)
print(table.concat(names, " "), getmetatable(buffer))
package.loaded["string.buffer"] = nil
local again = require("string.buffer")
print(again ~= buffer, again.decode(buffer.encode("x")), buffer.new():put(again.new():put("other")):tostring())
