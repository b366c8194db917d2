-- LuaJIT numbers its builtin functions; others have an address.
local function text(f) return (tostring(f):gsub("0x%x+", "ADDRESS")) end
for _, library in ipairs{"_G", "coroutine", "table", "math", "os", "bit", "io", "string", "package"} do
  local names = {}
  for k, v in pairs(_G[library]) do
    -- The driver replaces these two.
    if type(v) == "function" and not (k == "print" or library == "io" and k == "write") then names[#names + 1] = k end
  end
  table.sort(names)
  for i, name in ipairs(names) do print(library, name, text(_G[library][name])) end
end
local methods = getmetatable(io.stdout)
for _, name in ipairs{"close", "flush", "lines", "read", "seek", "setvbuf", "write", "__gc", "__tostring"} do print(name, text(methods[name])) end
print(text(ipairs({})), text(pairs({})), text(("x"):gmatch("x")), text(coroutine.wrap(print)), text(io.lines("/dev/null")))
print(text(require("table.new")), text(require("table.clear")), text(package.loaders[1]), text(package.preload["string.buffer"]))
local buffer = require("string.buffer")
for _, name in ipairs{"new", "encode", "decode"} do print(text(buffer[name])) end
local b = debug.getmetatable(buffer.new())
for _, name in ipairs{"put", "putf", "get", "skip", "set", "reset", "free", "encode", "decode", "tostring", "__tostring", "__len"} do print(name, text(b[name])) end
print(text(function() end))
