-- Sizes and options tables.
local buffer = require("string.buffer")
print(#buffer.new(), #buffer.new(nil), #buffer.new(0), #buffer.new(100), #buffer.new(1.9), #buffer.new({}), #buffer.new(nil, {}), #buffer.new(5, {}))
local function try(...) print(pcall(buffer.new, ...)) end
try("x") try("10") try(-1) try(2^31) try(true) try(print) try(1, 2) try(1, nil) try(nil, nil) try(nil, "x")
try({dict = {1}}) try({dict = {"a", {}}}) try({metatable = {"a"}}) try({metatable = {1}}) try({dict = {"a", true}})
for _, options in ipairs{{dict = 1}, {dict = {}}, {dict = {false}}, {dict = {"a", false, "b"}}, {metatable = {}}, {metatable = {{}, false}}, {metatable = 1}, {other = 1}} do
  print(pcall(function() return #buffer.new(options) end))
end
print(#buffer.new({}, "ignored"))
