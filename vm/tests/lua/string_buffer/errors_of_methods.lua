-- Wrong arguments of every method.
local buffer = require("string.buffer")
local b = buffer.new():put("abc")
local function try(name, ...)
  print(name, pcall(b[name], ...))
end
for _, name in ipairs{"put", "putf", "set", "get", "skip", "reset", "free", "tostring", "encode", "decode"} do
  try(name) try(name, nil) try(name, "x") try(name, {}) try(name, io.stdout)
end
try("put", b, nil) try("put", b, {}) try("put", b, print) try("put", b, true) try("put", b, "kept", {})
try("put", b, b) try("put", b, "x", b)
try("putf", b) try("putf", b, nil) try("putf", b, "%d") try("putf", b, "%d", "x") try("putf", b, "%y", 1)
try("set", b) try("set", b, 1) try("set", b, nil) try("set", b, {})
try("skip", b) try("skip", b, "1") try("skip", b, -1) try("skip", b, 2^31) try("skip", b, 1e300) try("skip", b, 0/0)
try("get", b, "1") try("get", b, -1) try("get", b, {}) try("get", b, 1, -1) try("get", b, 2^31)
try("encode", b) try("decode", b)
print(b:tostring())
print(pcall(function() b:put({}) end))
print(pcall(function() b:skip("x") end))
print(pcall(function() local q = b.put q(1) end))
print(pcall(function() b.put() end))
print(pcall(function() b.nothing() end))
print(pcall(function() b.field = 1 end))
print(pcall(function() return b.x.y end))
